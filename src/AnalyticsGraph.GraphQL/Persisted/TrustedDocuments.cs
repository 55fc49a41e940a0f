using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Planning;

namespace AnalyticsGraph.GraphQL.Persisted;

/// <summary>
/// The documents of an executor's owner, by their identifiers: <c>sha256:</c> and the hash of the text in lower-case hexadecimal digits (appendix A of GraphQL over HTTP), the hash
/// alone, and the name of each operation.
/// </summary>
internal sealed class TrustedDocuments
{
    private const string Prefix = "sha256:";

    private readonly FrozenDictionary<string, TrustedOperation> _byId;

    private TrustedDocuments(FrozenDictionary<string, TrustedOperation> byId) => _byId = byId;

    /// <summary>The document or operation of that identifier, or null.</summary>
    public TrustedOperation? Find(string id) => _byId.GetValueOrDefault(id.StartsWith(Prefix, StringComparison.Ordinal) ? id[Prefix.Length..] : id);

    /// <summary>The document of exactly that text, or null.</summary>
    public TrustedOperation? Find(ReadOnlySpan<byte> source) => _byId.GetValueOrDefault(Hash(source));

    /// <summary>The hash of a document's text as identifiers write it.</summary>
    public static string Hash(ReadOnlySpan<byte> source) => Convert.ToHexStringLower(SHA256.HashData(source));

    /// <summary>Reads and validates files.</summary>
    /// <param name="files">Operations must have names of their own. Fragments of all files may be used in all.</param>
    /// <param name="load">Parses and validates a document.</param>
    /// <exception cref="TrustedDocumentException">Something is wrong; all faults are listed.</exception>
    public static TrustedDocuments Load(IEnumerable<DocumentFile> files, Func<ReadOnlyMemory<byte>, PlannedDocument> load)
    {
        var faults = ImmutableArray.CreateBuilder<string>();
        var byId = new Dictionary<string, TrustedOperation>(StringComparer.Ordinal);
        var parsed = TrustedFile.ParseAll(files, faults);
        var fragments = TrustedFile.SharedFragments(parsed, faults);
        foreach (var file in parsed)
        {
            file.CheckNames(faults);
            if (!file.Operations.Any())
            {
                continue;
            }

            var text = file.Complete(fragments);
            try
            {
                Add(byId, file, text.Source, load(text.Source), faults);
            }
            catch (InvalidDocumentException invalid)
            {
                faults.AddRange(invalid.Errors.Select(text.Describe));
            }
            catch (GraphQLSyntaxException syntax)
            {
                faults.Add(text.Describe(syntax.Error));
            }
        }

        return faults.Count == 0 ? new TrustedDocuments(byId.ToFrozenDictionary(StringComparer.Ordinal)) : throw new TrustedDocumentException(faults.ToImmutable());
    }

    private static void Add(Dictionary<string, TrustedOperation> byId, TrustedFile file, ReadOnlyMemory<byte> source, PlannedDocument document, ImmutableArray<string>.Builder faults)
    {
        // Two files of the same text are one document; their operations' names tell of it below.
        byId[Hash(source.Span)] = new TrustedOperation(document, null);
        foreach (var name in file.Operations.Select(operation => operation.Name).OfType<NameNode>())
        {
            if (!byId.TryAdd(name.Value, new TrustedOperation(document, name.Value)))
            {
                faults.Add(file.Describe(name.Location, $"Another file has an operation named \"{name.Value}\" too."));
            }
        }
    }
}
