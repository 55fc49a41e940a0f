using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>What the fields of an aggregate and of the objects within it know when they are bound.</summary>
/// <param name="Measures">What is computed of each group, in order.</param>
/// <param name="Row">The type whose fields are meant.</param>
/// <param name="Prefix">What its columns begin with, in an embedded object.</param>
/// <param name="Path">Where the fields stand for <c>groupBy</c>: empty, or with a dot at the end.</param>
/// <param name="Leaf">The field whose aggregates are meant, on their object.</param>
internal sealed record AggregateContext(ImmutableArray<AggregateMeasure> Measures, RowModel Row, string Prefix, string Path, LeafField? Leaf)
{
    public static AggregateContext Of(FieldBinding binding) => (AggregateContext)binding.ParentContext!;

    /// <summary>The context of the objects of a field of this row.</summary>
    public AggregateContext Inner(string name) => Row.Fields[name] switch
    {
        EmbeddedField embedded => this with { Row = embedded.Target, Prefix = Prefix + embedded.Prefix, Path = $"{Path}{name}." },
        RelationField relation => this with { Row = relation.Target, Prefix = "", Path = $"{Path}{name}." },
        var leaf => this with { Leaf = (LeafField)leaf },
    };
}
