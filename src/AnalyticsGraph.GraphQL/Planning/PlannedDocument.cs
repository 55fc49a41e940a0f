using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Planning;

/// <summary>A valid document with the plans of its operations, each made when it is first asked for.</summary>
internal sealed class PlannedDocument(ExecutableSchema schema, DocumentNode document, PlanLimits limits)
{
    private readonly ImmutableArray<PlannedOperation> _operations =
        [.. document.Definitions.OfType<OperationDefinitionNode>().Select(operation => new PlannedOperation(schema, document, operation, limits))];

    /// <summary>Whether it asks for nothing but the schema.</summary>
    public bool IsIntrospection { get; } = document.Definitions.OfType<OperationDefinitionNode>().All(operation =>
        operation.Operation == OperationType.Query && operation.SelectionSet.Selections.All(selection => selection is FieldNode { Name.Value: "__schema" or "__type" or "__typename" }));

    /// <summary>Section 6.1, GetOperation.</summary>
    /// <exception cref="GraphQLException">There is none of that name, or a name is needed.</exception>
    public PlannedOperation GetOperation(string? name)
    {
        if (name is null)
        {
            return _operations.Length == 1 ? _operations[0] : throw NotFound(_operations.IsEmpty
                ? "Must provide an operation."
                : "Must provide operation name if query contains multiple operations.");
        }

        foreach (var operation in _operations)
        {
            if (operation.Definition.Name?.Value == name)
            {
                return operation;
            }
        }

        throw NotFound($"Unknown operation named \"{name}\".");
    }

    private static GraphQLException NotFound(string message) => new(new GraphQLError(message, ErrorCodes.OperationNotFound));
}
