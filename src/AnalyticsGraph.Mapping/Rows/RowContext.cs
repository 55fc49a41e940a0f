using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Rows;

/// <summary>What a step that yields mapped objects leaves for the fields selected on them.</summary>
/// <param name="Layout">Where the values stand.</param>
/// <param name="Row">The type of the objects.</param>
/// <param name="Prefix">For an embedded object, what its columns begin with.</param>
internal sealed record RowContext(RowLayout Layout, RowModel Row, string Prefix)
{
    /// <summary>The context of a field's parent.</summary>
    /// <exception cref="InvalidOperationException">The parent is no mapped row: a resolver yields a mapped type without reading it through the mapping.</exception>
    public static RowContext Of(FieldBinding binding) => binding.ParentContext switch
    {
        RowContext context => context,
        RowContexts contexts => contexts.Of(binding.Field.ParentType),
        _ => throw new InvalidOperationException($"{binding.Field.Definition} is mapped, but its parent was not read by the mapping; resolve the parent with MappedResolvers."),
    };
}

/// <summary>The contexts of an interface's concrete types.</summary>
internal sealed record RowContexts(IReadOnlyDictionary<string, RowContext> ByType)
{
    public RowContext Of(ObjectType type) => ByType[type.Name];
}
