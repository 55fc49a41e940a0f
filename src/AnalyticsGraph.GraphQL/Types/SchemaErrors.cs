using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>Gathers the faults of a schema. In which document a node stands is only looked up once there is a fault to tell.</summary>
/// <param name="documents">All documents of the schema.</param>
internal sealed class SchemaErrors(IReadOnlyList<SchemaDocument> documents)
{
    private readonly List<(string Message, SyntaxNode?[] Nodes)> _errors = [];

    public void Report(string message, params IEnumerable<SyntaxNode?> nodes) => _errors.Add((message, [.. nodes]));

    /// <exception cref="SchemaException">There are faults.</exception>
    public void ThrowIfAny()
    {
        if (_errors.Count == 0)
        {
            return;
        }

        var names = new Dictionary<SyntaxNode, string?>(ReferenceEqualityComparer.Instance);
        foreach (var document in documents)
        {
            SyntaxTree.Visit(document.Document, node => names[node] = document.Name);
        }

        throw new SchemaException([.. _errors.Select(error => new SchemaError(error.Message, Places(error.Nodes, names)))]);
    }

    private static ImmutableArray<SchemaPlace> Places(SyntaxNode?[] nodes, Dictionary<SyntaxNode, string?> names) =>
        [.. nodes.Where(node => node is not null && names.ContainsKey(node)).Select(node => new SchemaPlace(names[node!], node!.Location))];
}
