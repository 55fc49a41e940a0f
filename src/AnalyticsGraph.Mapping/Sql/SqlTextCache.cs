namespace AnalyticsGraph.Mapping.Sql;

/// <summary>
/// The texts a step has composed lately. Which text a request needs depends on the shape of its arguments alone, so a step has few; composing one costs a microsecond
/// or two, and finding the string it equals spares its allocation and makes every later look-up (Npgsql's prepared statements) a comparison of references.
/// Safe for concurrent use: a lost write costs a string, nothing else.
/// </summary>
internal sealed class SqlTextCache
{
    private readonly string?[] _texts = new string?[8];
    private int _next;

    public string Intern(ReadOnlySpan<char> text)
    {
        foreach (var known in _texts)
        {
            if (known is not null && text.SequenceEqual(known))
            {
                return known;
            }
        }

        var added = text.ToString();
        _texts[(uint)Interlocked.Increment(ref _next) % (uint)_texts.Length] = added;
        return added;
    }
}
