using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Validation.Rules;

/// <summary>A field of a selection set with what merging looks at.</summary>
/// <param name="parentType">The type it is selected on; null if unknown.</param>
/// <param name="node">The field.</param>
internal sealed class SelectedField(GraphQLType? parentType, FieldNode node)
{
    public GraphQLType? ParentType { get; } = parentType;

    public FieldNode Node { get; } = node;

    /// <summary>The type of its values; null if the field is unknown or implicit (<c>__typename</c>): graphql-js compares no types of those.</summary>
    public GraphQLType? Type { get; } = (parentType as ComplexType)?.Fields.GetValueOrDefault(node.Name.Value)?.Type;

    /// <summary>Its <c>@stream</c>, or null.</summary>
    public DirectiveNode? Stream { get; } = node.Directives.Find("stream");

    /// <summary>The fields of its selection set, once they were asked for.</summary>
    public FieldSet? Inner { get; set; }

    /// <summary>Whether values of the two could not stand under one key: other wrappers, or leaves of other types.</summary>
    public static bool DifferInShape(GraphQLType a, GraphQLType b)
    {
        while (!ReferenceEquals(a, b))
        {
            switch (a, b)
            {
                case (ListType x, ListType y):
                    (a, b) = (x.ItemType, y.ItemType);
                    break;
                case (NonNullType x, NonNullType y):
                    (a, b) = (x.OfType, y.OfType);
                    break;
                case (ListType or NonNullType, _) or (_, ListType or NonNullType):
                    return true;
                default:
                    return a.IsLeaf || b.IsLeaf;
            }
        }

        return false;
    }
}
