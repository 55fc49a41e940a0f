using System.Text;
using AnalyticsGraph.GraphQL.Fuzz.Running;
using AnalyticsGraph.GraphQL.Tests.Validation.Differential;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Fuzz.Documents;

/// <summary>Documents made by the schema's grammar and then damaged: in their tokens, in their bytes, or in both.</summary>
internal sealed class DocumentSource(Schema schema, int seed)
{
    private static readonly byte[][] Pieces = [.. new[]
    {
        "{", "}", "(", ")", "[", "]", "{a", "{dog", "[[", "{and:[", "...", "...F1", "... on Dog{", "... on Being{ name ", "@skip(if:true)", "@mark(level:1)", "@defer", "@stream", "$v0", "\"", "\"\"\"", "\\u{1F600}", "\\uD83D",
        "\\", "#", "#\n", "\r\n", "\uFEFF", "\u2028", "é", "😀", "\0", "0x", "1e999", "-", "99999999999999999999", "name:", "a:name ", "fragment F1 on Dog{...F2}", "fragment F2 on Dog{...F1}", "query($v0:Int=1){", "null", "__typename ",
        "__schema{types{fields{type{", "type A{a:A}", "\"\"\"d\"\"\"", ",", "&", "|", "!", "=",
    }.Select(Encoding.UTF8.GetBytes), [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC0, 0x80]];

    private const int Variants = 8;

    [ThreadStatic]
    private static (Schema Schema, int Seed, string Text)? _threadSound;

    /// <summary>The document of a number.</summary>
    public byte[] Make(long number)
    {
        var text = Sound(unchecked((int)(number / Variants * 2_654_435_761L) ^ seed));
        var own = unchecked((int)(number * 2_654_435_761L) ^ seed);
        var random = new Random(own);
        var kind = random.Next(8);
        if (kind < 5)
        {
            text = new QueryMutator(schema, own).Mutate(text);
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        return kind is 0 or 1 or 5 or 6 ? ByteDamage.Apply(bytes, Pieces, random) : bytes;
    }

    /// <summary>A sound document: neighbouring numbers damage the same one.</summary>
    private string Sound(int own)
    {
        if (_threadSound is not { } kept || kept.Schema != schema || kept.Seed != own)
        {
            _threadSound = kept = (schema, own, new QueryGenerator(schema, own, incremental: true).Document());
        }

        return kept.Text;
    }
}
