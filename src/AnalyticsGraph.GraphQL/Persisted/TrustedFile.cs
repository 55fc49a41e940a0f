using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Persisted;

/// <summary>A file of trusted documents as it was parsed.</summary>
internal sealed class TrustedFile
{
    private readonly DocumentFile _file;
    private readonly DocumentNode _document;

    private TrustedFile(DocumentFile file, DocumentNode document) => (_file, _document) = (file, document);

    public IEnumerable<OperationDefinitionNode> Operations => _document.Definitions.OfType<OperationDefinitionNode>();

    private IEnumerable<FragmentDefinitionNode> Fragments => _document.Definitions.OfType<FragmentDefinitionNode>();

    public static List<TrustedFile> ParseAll(IEnumerable<DocumentFile> files, ImmutableArray<string>.Builder faults)
    {
        var parsed = new List<TrustedFile>();
        foreach (var file in files)
        {
            try
            {
                parsed.Add(new TrustedFile(file, Utf8Parser.Parse(file.Source.Span)));
            }
            catch (GraphQLSyntaxException syntax)
            {
                faults.Add(Describe(file.Name, syntax.Location.Line, syntax.Location.Column, syntax.Error.Message));
            }
        }

        return parsed;
    }

    /// <summary>The fragments of all files by name.</summary>
    public static Dictionary<string, (TrustedFile File, FragmentDefinitionNode Fragment)> SharedFragments(List<TrustedFile> files, ImmutableArray<string>.Builder faults)
    {
        var fragments = new Dictionary<string, (TrustedFile, FragmentDefinitionNode)>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            foreach (var fragment in file.Fragments)
            {
                if (!fragments.TryAdd(fragment.Name.Value, (file, fragment)))
                {
                    faults.Add(file.Describe(fragment.Name.Location, $"There is more than one fragment named \"{fragment.Name.Value}\"."));
                }
            }
        }

        return fragments;
    }

    public void CheckNames(ImmutableArray<string>.Builder faults)
    {
        foreach (var operation in Operations.Where(operation => operation.Name is null))
        {
            faults.Add(Describe(operation.Location, "An operation of a trusted document must have a name."));
        }
    }

    /// <summary>The document that is served: the file's text and behind it, each after an empty line and in the order of their names, the fragments of other files that it uses.</summary>
    public TrustedText Complete(Dictionary<string, (TrustedFile File, FragmentDefinitionNode Fragment)> shared)
    {
        var own = Fragments.Select(fragment => fragment.Name.Value).ToHashSet(StringComparer.Ordinal);
        var needed = new SortedDictionary<string, (TrustedFile File, FragmentDefinitionNode Fragment)>(StringComparer.Ordinal);
        var open = new Stack<SyntaxNode>(_document.Definitions);
        while (open.TryPop(out var node))
        {
            foreach (var name in SpreadsOf(node, open))
            {
                if (!own.Contains(name) && shared.TryGetValue(name, out var found) && needed.TryAdd(name, found))
                {
                    open.Push(found.Fragment);
                }
            }
        }

        var text = new TrustedText(_file);
        foreach (var (file, fragment) in needed.Values)
        {
            text.Append(file._file, fragment.Location);
        }

        return text;
    }

    public string Describe(Location at, string message) => Describe(_file.Name, at.Line, at.Column, message);

    internal static string Describe(string file, int line, int column, string message) => string.Create(CultureInfo.InvariantCulture, $"{file}({line},{column}): {message}");

    /// <summary>The fragments that a node spreads; what it selects is left to be looked at.</summary>
    private static IEnumerable<string> SpreadsOf(SyntaxNode node, Stack<SyntaxNode> open)
    {
        var selections = node switch
        {
            OperationDefinitionNode operation => operation.SelectionSet,
            FragmentDefinitionNode fragment => fragment.SelectionSet,
            FieldNode field => field.SelectionSet,
            InlineFragmentNode inline => inline.SelectionSet,
            _ => null,
        };
        foreach (var selection in selections?.Selections ?? [])
        {
            if (selection is FragmentSpreadNode spread)
            {
                yield return spread.Name.Value;
            }
            else
            {
                open.Push(selection);
            }
        }
    }
}
