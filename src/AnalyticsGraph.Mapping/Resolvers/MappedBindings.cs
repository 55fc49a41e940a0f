using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping.Generation;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Resolvers;

namespace AnalyticsGraph.Mapping;

/// <summary>Binds every mapped and generated field to its resolver.</summary>
internal static class MappedBindings
{
    public static void Add(SchemaBindings bindings, Schema schema, MappingModel model, MappingLimits limits)
    {
        foreach (var row in model.Tables.Values.Cast<RowModel>().Concat(model.Embedded.Values))
        {
            foreach (var field in row.FieldList)
            {
                if (ResolverOf(field, limits) is { } resolver)
                {
                    bindings.Bind(row.TypeName, field.Name, resolver);
                }
            }
        }

        foreach (var root in model.RootFields)
        {
            var source = new RowsSource(root.Target, null, root.Order);
            bindings.Bind(schema.Query.Name, root.Name, root.Kind switch
            {
                RootFieldKind.Connection => new ConnectionResolver(source, limits),
                RootFieldKind.List => new ListResolver(source, limits),
                RootFieldKind.Aggregate => new AggregateResolver(root.Target, limits),
                _ => new LookupResolver(root),
            });
        }

        AddVersions(bindings, model, limits);
        AddNode(bindings, schema, model);
        AddConnections(bindings, schema, model);
        AggregateBindings.Add(bindings, schema, model);
    }

    private static FieldResolver? ResolverOf(FieldModel field, MappingLimits limits) => field switch
    {
        LeafField => new LeafResolver(),
        ChangesField => new ChangesResolver(),
        GlobalIdField => new GlobalIdResolver(),
        EmbeddedField => new EmbeddedResolver(),
        RelationField { Type.IsList: false } => new ToOneResolver(),
        RelationField { IsConnection: true } => new ConnectionResolver(null, limits),
        RelationField => new ListResolver(null, limits),
        AggregateField => new AggregateResolver(null, limits),
        _ => null,
    };

    private static void AddVersions(SchemaBindings bindings, MappingModel model, MappingLimits limits)
    {
        if (model.Tables.Values.Select(table => table.History).FirstOrDefault(history => history is not null) is not { } any)
        {
            return;
        }

        foreach (var field in any.Versions.FieldList)
        {
            bindings.Bind(HistoryModel.VersionType, field.Name, ResolverOf(field, limits)!);
        }

        bindings.Bind(HistoryModel.ChangeType, "field", ChangeFields.Name).Bind(HistoryModel.ChangeType, "before", ChangeFields.Before).Bind(HistoryModel.ChangeType, "after", ChangeFields.After);
        AddConnection(bindings, HistoryModel.VersionType);
    }

    private static void AddNode(SchemaBindings bindings, Schema schema, MappingModel model)
    {
        foreach (var name in new[] { "node", "nodes" })
        {
            if (schema.Query.Fields.TryGetValue(name, out var field) && field.Type.Named is InterfaceType { Name: "Node" })
            {
                bindings.Bind(schema.Query.Name, name, new NodeResolver(model));
            }
        }
    }

    private static void AddConnections(SchemaBindings bindings, Schema schema, MappingModel model)
    {
        foreach (var table in model.Tables.Values)
        {
            if (schema.Types.ContainsKey(GeneratedNames.Connection(table.TypeName)))
            {
                AddConnection(bindings, table.TypeName);
            }
        }

        bindings.Bind(GeneratedNames.PageInfo, "hasNextPage", ConnectionFields.HasNextPage)
            .Bind(GeneratedNames.PageInfo, "hasPreviousPage", ConnectionFields.HasPreviousPage)
            .Bind(GeneratedNames.PageInfo, "startCursor", ConnectionFields.StartCursor)
            .Bind(GeneratedNames.PageInfo, "endCursor", ConnectionFields.EndCursor);
    }

    private static void AddConnection(SchemaBindings bindings, string typeName)
    {
        var connection = GeneratedNames.Connection(typeName);
        bindings.Bind(connection, "edges", ConnectionFields.Edges)
            .Bind(connection, "nodes", ConnectionFields.Nodes)
            .Bind(connection, "pageInfo", ConnectionFields.PageInfo)
            .Bind(connection, "totalCount", ConnectionFields.TotalCount);
        var edge = GeneratedNames.Edge(typeName);
        bindings.Bind(edge, "cursor", ConnectionFields.EdgeCursor).Bind(edge, "node", ConnectionFields.EdgeNode);
    }
}
