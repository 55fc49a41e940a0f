using System.Text;
using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Oracle;
using AnalyticsGraph.GraphQL.Persisted;
using AnalyticsGraph.GraphQL.Tests.Validation.Differential;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Fuzz;

/// <summary>A schema that has everything, with sound data: what goes wrong is the engine's.</summary>
internal sealed class FuzzGraph
{
    /// <summary>A document that the server's owner vouches for.</summary>
    public const string Trusted = "query Dogs($filter: Filter = {}, $name: String! = \"n\") { dogs(filter: $filter) { id name } pet(name: $name) { ... on Dog { id } } } query Count($of: Color, $above: Float) { count(of: $of, above: $above) }";

    private const int DataDepth = 4;

    public FuzzGraph(Action<UnexpectedError> onUnexpectedError)
    {
        Executor = new GraphQLExecutor(ExecutableSchema.Create(Schema, RootValueResolvers.For(Schema)), new GraphQLExecutorOptions { OnUnexpectedError = onUnexpectedError }, [new DocumentFile("trusted.graphql", Encoding.UTF8.GetBytes(Trusted))]);
        Root = new RootValue(JsonSerializer.SerializeToElement(ValueOf(Schema.Query, DataDepth)));
    }

    public Schema Schema { get; } = DifferentialSchemas.Build(DifferentialSchemas.Incremental);

    public GraphQLExecutor Executor { get; }

    public RootValue Root { get; }

    private object? ValueOf(GraphQLType type, int depth) => type switch
    {
        NonNullType must => ValueOf(must.Nullable, depth),
        ListType list => depth > 0 ? new[] { ValueOf(list.ItemType, depth - 1), ValueOf(list.ItemType, depth - 1) } : [],
        EnumType values => values.Values.Keys.First(),
        InterfaceType or UnionType => depth > 0 ? ValueOf(Schema.GetPossibleTypes(type.Named)[depth % Schema.GetPossibleTypes(type.Named).Length], depth) : null,
        ObjectType fields => depth > 0 ? fields.Fields.Values.ToDictionary(field => field.Name, field => ValueOf(field.Type, depth - 1)).Append(new("__typename", fields.Name)).ToDictionary() : null,
        _ => type.ToString() switch { "Int" => 7, "Float" => 1.5, "Boolean" => true, _ => "text" },
    };
}
