using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping.Generation;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>Binds the fields of generated aggregate types.</summary>
internal static class AggregateBindings
{
    public static void Add(SchemaBindings bindings, Schema schema, MappingModel model)
    {
        var bound = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in model.Tables.Values.Cast<RowModel>().Concat(model.Embedded.Values))
        {
            if (row is TableModel)
            {
                Bind(GeneratedNames.Aggregate(row.TypeName), name => name switch
                {
                    "count" => new MeasureResolver(),
                    "keys" => new GroupKeysResolver(),
                    _ => new AggregatePartResolver(isField: false),
                });
            }

            Bind(GeneratedNames.AggregateFields(row.TypeName), _ => new AggregatePartResolver(isField: true));
            Bind(GeneratedNames.AggregateGroup(row.TypeName), name => row.Fields[name] is GlobalIdField or LeafField ? new GroupValueResolver() : new AggregatePartResolver(isField: true));
            foreach (var leaf in row.FieldList.OfType<LeafField>())
            {
                Bind(GeneratedNames.Aggregate(leaf.Type), _ => new MeasureResolver());
            }
        }

        void Bind(string typeName, Func<string, FieldResolver> resolverOf)
        {
            if (schema.Types.GetValueOrDefault(typeName) is ObjectType type && bound.Add(typeName))
            {
                foreach (var field in type.Fields.Keys)
                {
                    bindings.Bind(typeName, field, resolverOf(field));
                }
            }
        }
    }
}
