using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Validation;

/// <summary>A place where a variable stands.</summary>
/// <param name="Node">The variable.</param>
/// <param name="Type">What the place expects; null where that is unknown.</param>
/// <param name="OneOf">The <c>@oneOf</c> input object whose field the place is; else null.</param>
/// <param name="HasDefault">Whether the argument or field has a default.</param>
internal readonly record struct VariableUsage(VariableNode Node, GraphQLType? Type, InputObjectType? OneOf, bool HasDefault);
