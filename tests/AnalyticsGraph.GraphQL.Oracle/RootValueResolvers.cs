using System.Text.Json;
using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Oracle;

/// <summary>What the fields of the root type are read from.</summary>
/// <param name="Value">A JSON object; undefined if the question has none.</param>
internal sealed record RootValue(JsonElement Value);

/// <summary>Resolves every field from the property of its name, as the default resolver of graphql-js does; messages are its, too.</summary>
internal static class RootValueResolvers
{
    /// <summary>A resolver for every field of the schema's object types.</summary>
    public static SchemaBindings For(Schema schema)
    {
        var bindings = new SchemaBindings();
        foreach (var type in schema.Types.Values.OfType<ObjectType>().Where(type => !type.Name.StartsWith("__", StringComparison.Ordinal)))
        {
            foreach (var field in type.Fields.Values)
            {
                var columns = new ValueColumns(schema, field);
                var resolver = FieldResolver.FromBatch((parents, context) =>
                {
                    var sources = parents.Source as JsonElement[] ?? [context.Request.Get<RootValue>().Value];
                    return ValueTask.FromResult(columns.Make(field.Type, Array.ConvertAll(sources, source => Property(source, field.Name))));
                });
                bindings.Bind(type.Name, field.Name, type == schema.Subscription ? new OneEvent(resolver) : resolver);
            }
        }

        return bindings;
    }

    private static JsonElement Property(JsonElement source, string name)
        => source.ValueKind == JsonValueKind.Object && source.TryGetProperty(name, out var value) ? value : default;

    /// <summary>Subscriptions have one event: the root value.</summary>
    private sealed class OneEvent(FieldResolver resolver) : SourceStreamResolver
    {
        public override FieldStep Bind(FieldBinding binding) => resolver.Bind(binding);

        public override ValueTask<IAsyncEnumerator<object>> OpenAsync(StepContext context) => new(new object[] { context.Request.Get<RootValue>() }.ToAsyncEnumerable().GetAsyncEnumerator(context.CancellationToken));
    }
}
