using System.Globalization;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Generation;

/// <summary>
/// Generates what aggregates yield: <c>RunAggregate { count keys group { status } fields { startTime { min max } } }</c>. What a field can be asked is one type for all fields of a
/// scalar, so that a mapped type adds three types and not one more for each function.
/// </summary>
/// <param name="sdl">The definitions.</param>
/// <param name="add">Takes a generated definition, once for each name.</param>
/// <param name="inputs">Generates the arguments.</param>
internal sealed class AggregateTypes(SdlDefinitions sdl, Action<TypeDefinitionNode> add, AggregateInputs inputs)
{
    private readonly HashSet<string> _made = new(StringComparer.Ordinal);

    /// <summary>Whether a type has fields to aggregate.</summary>
    public static bool HasFields(RowModel row) => row.FieldList.Any(field => field is LeafField { IsFilterable: true } || (field is EmbeddedField embedded && HasFields(embedded.Target)));

    /// <summary>Generates a table's aggregate unless it is there already.</summary>
    public void Require(TableModel table)
    {
        if (!_made.Add(GeneratedNames.Aggregate(table.TypeName)))
        {
            return;
        }

        var fields = new List<FieldDefinitionNode> { Sdl.Field("count", Sdl.Required("Long"), "How many rows the group has.") };
        if (SortInputs.IsSortable(table))
        {
            if (sdl.Has("JSON"))
            {
                fields.Add(Sdl.Field("keys", new NonNullTypeNode(new ListTypeNode(Sdl.Named("JSON"))), "The values grouped by, in the order of `groupBy`; null for rows without one."));
            }

            fields.Add(Sdl.Field("group", Sdl.Required(RequireGroup(table, table.Store)), "The values grouped by, under their fields' names. One that `groupBy` does not name is an error."));
        }

        if (HasFields(table))
        {
            fields.Add(Sdl.Field("fields", Sdl.Required(RequireFields(table)), "Aggregates of the rows' fields."));
        }

        add(Sdl.Object(GeneratedNames.Aggregate(table.TypeName), $"A group of rows of {table.TypeName}.", [.. fields]));
        inputs.Require(table);
    }

    /// <summary>The field that aggregates what a list or connection has.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="list">The list's name.</param>
    /// <param name="target">The rows.</param>
    /// <param name="filter">Their filter.</param>
    /// <param name="hasAsOf">Whether they can be read as of a time.</param>
    /// <param name="isOptional">Whether it is null where it cannot be answered, so that its neighbours are.</param>
    /// <param name="limits">How many groups there may be.</param>
    public static FieldDefinitionNode Field(string name, string list, TableModel target, string filter, bool hasAsOf, bool isOptional, MappingLimits limits)
    {
        var arguments = new List<InputValueDefinitionNode> { Sdl.Input("where", Sdl.Named(filter), "Which rows.") };
        if (SortInputs.IsSortable(target))
        {
            arguments.Add(Sdl.Input("groupBy", Sdl.ListOf(GeneratedNames.GroupBy(target.TypeName)), "What to group by; else all rows are one group."));
            arguments.Add(Sdl.Input("having", Sdl.Named(GeneratedNames.Filter(GeneratedNames.Aggregate(target.TypeName))), "Which groups."));
            arguments.Add(Sdl.Input("order", Sdl.ListOf(GeneratedNames.Sort(GeneratedNames.Aggregate(target.TypeName))), "The groups' order; `groupBy` completes it."));
            arguments.Add(Sdl.Input("first", Sdl.Named("Int"), $"At most so many groups; more than {limits.MaxList} are an error."));
        }

        if (hasAsOf)
        {
            arguments.Add(HistoryTypes.AsOf());
        }

        var groups = Sdl.ListOf(GeneratedNames.Aggregate(target.TypeName));
        return new FieldDefinitionNode(
            Sdl.Described($"Aggregates of `{list}`."),
            new NameNode(name),
            [.. arguments],
            isOptional ? groups : new NonNullTypeNode(groups),
            [Sdl.Directive("cost", ("weight", new StringValueNode("10"))), ListSize(SortInputs.IsSortable(target), limits)]);
    }

    private static DirectiveNode ListSize(bool hasGroups, MappingLimits limits) => Sdl.Directive(
        "listSize",
        ("assumedSize", new IntValueNode((hasGroups ? limits.AssumedList : 1).ToString(CultureInfo.InvariantCulture))),
        ("slicingArguments", hasGroups ? new ListValueNode([new StringValueNode("first")]) : null),
        ("requireOneSlicingArgument", new BooleanValueNode(false)));

    private string RequireFields(RowModel row)
    {
        var name = GeneratedNames.AggregateFields(row.TypeName);
        if (_made.Add(name))
        {
            add(Sdl.Object(name, $"Aggregates of the fields of {row.TypeName}.", [.. row.FieldList.Select(FieldOf).OfType<FieldDefinitionNode>()]));
        }

        return name;
    }

    private FieldDefinitionNode? FieldOf(FieldModel field) => field switch
    {
        LeafField { IsFilterable: true } leaf => Sdl.Field(field.Name, Sdl.Required(RequireLeaf(leaf)), $"Of `{field.Name}`."),
        EmbeddedField embedded when HasFields(embedded.Target) => Sdl.Field(field.Name, Sdl.Required(RequireFields(embedded.Target)), $"Of the fields of `{field.Name}`."),
        _ => null,
    };

    private string RequireLeaf(LeafField leaf)
    {
        var name = GeneratedNames.Aggregate(leaf.Type);
        if (_made.Add(name))
        {
            add(Sdl.Object(name, $"Aggregates of a field of type {leaf.Type.Name}.", [.. AggregateFunctions.Of(leaf.Kind).Select(function => FunctionOf(leaf, function))]));
        }

        return name;
    }

    private static FieldDefinitionNode FunctionOf(LeafField leaf, AggregateFunction function)
    {
        var type = AggregateFunctions.ResultOf(function, leaf.Type, leaf.Kind).Type.Name;
        return Sdl.Field(AggregateFunctions.NameOf(function), AggregateFunctions.IsCount(function) ? Sdl.Required(type) : Sdl.Named(type), AggregateInputs.Describe(function));
    }

    private string RequireGroup(RowModel row, Store store)
    {
        var name = GeneratedNames.AggregateGroup(row.TypeName);
        if (_made.Add(name))
        {
            add(Sdl.Object(name, $"What rows of {row.TypeName} were grouped by: a value, the lower end of its bin, or the beginning of its unit of time; null for rows without one.", [.. row.FieldList.Select(field => GroupOf(field, store)).OfType<FieldDefinitionNode>()]));
        }

        return name;
    }

    private FieldDefinitionNode? GroupOf(FieldModel field, Store store) => field switch
    {
        GlobalIdField or LeafField { IsFilterable: true } => Sdl.Field(field.Name, Sdl.Named(field.Type.Name), $"The group's `{field.Name}`."),
        EmbeddedField embedded when SortInputs.IsSortable(embedded.Target) => Sdl.Field(field.Name, Sdl.Required(RequireGroup(embedded.Target, store)), $"What of `{field.Name}`."),
        RelationField { Type.IsList: false } toOne when toOne.Target.Store == store && AggregateInputs.HasGroupFields(toOne.Target) =>
            Sdl.Field(field.Name, Sdl.Required(RequireGroup(toOne.Target, store)), $"What of the related {toOne.Target.TypeName}."),
        _ => null,
    };
}
