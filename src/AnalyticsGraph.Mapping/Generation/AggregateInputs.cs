using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Generation;

/// <summary>Generates the arguments of aggregates: what to group by, which groups, in which order.</summary>
/// <param name="add">Takes a generated definition, once for each name.</param>
/// <param name="filters">Generates the operators of values.</param>
internal sealed class AggregateInputs(Action<TypeDefinitionNode> add, FilterInputs filters)
{
    private const string GroupByValue = "GroupByValueInput";
    private const string GroupByNumber = "GroupByNumberInput";
    private const string GroupByTime = "GroupByTimeInput";
    private const string TimeUnit = "GroupByTimeUnit";

    private readonly HashSet<string> _made = new(StringComparer.Ordinal);

    /// <summary>Whether a type has fields to group by, beside what it is ordered by of related rows.</summary>
    public static bool HasGroupFields(RowModel row) => row.FieldList.Any(field => field is GlobalIdField or LeafField { IsFilterable: true });

    /// <summary>What a function yields.</summary>
    public static string Describe(AggregateFunction function) => function switch
    {
        AggregateFunction.Count => "Rows with a value.",
        AggregateFunction.Distinct => "Different values; NaN is one.",
        AggregateFunction.NanCount => "Values that are NaN.",
        AggregateFunction.Sum => "The sum, NaN left out; null without values. An error if an integer's is too large.",
        AggregateFunction.Avg => "The mean, NaN left out; null without values.",
        AggregateFunction.Min => "The least value, NaN left out.",
        _ => "The greatest value, NaN left out.",
    };

    /// <summary>Generates a table's arguments.</summary>
    public void Require(TableModel table)
    {
        if (!SortInputs.IsSortable(table))
        {
            return;
        }

        var aggregate = GeneratedNames.Aggregate(table.TypeName);
        var filter = GeneratedNames.Filter(aggregate);
        var having = new List<InputValueDefinitionNode>
        {
            Sdl.Input("and", Sdl.ListOf(filter), "All of these hold."),
            Sdl.Input("or", Sdl.ListOf(filter), "At least one of these holds."),
            Sdl.Input("count", Sdl.Named(filters.RequireOperations(new FieldType("Long", false, false, false), ScalarKind.Long)), "Conditions on the number of rows."),
        };
        var sort = new List<InputValueDefinitionNode> { Sdl.Input("count", Sdl.Named(GeneratedNames.Direction), "By the number of rows.") };
        if (AggregateTypes.HasFields(table))
        {
            having.Add(Sdl.Input("fields", Sdl.Named(RequireFields(table, GeneratedNames.Filter)), "Conditions on aggregates of fields."));
            sort.Add(Sdl.Input("fields", Sdl.Named(RequireFields(table, GeneratedNames.Sort)), "By an aggregate of a field."));
        }

        add(Sdl.InputObject(filter, $"Conditions on groups of {table.TypeName}; all that are given must hold.", having));
        add(Sdl.InputObject(GeneratedNames.Sort(aggregate), $"One thing to order groups of {table.TypeName} by.", sort, oneOf: true));
        RequireGroupBy(table, table.Store);
    }

    private string RequireFields(RowModel row, Func<string, string> nameOf)
    {
        var name = nameOf(GeneratedNames.AggregateFields(row.TypeName));
        if (_made.Add(name))
        {
            var isSort = nameOf == GeneratedNames.Sort;
            add(Sdl.InputObject(
                name,
                isSort ? $"A field of {row.TypeName} whose aggregate to order by." : $"Conditions on aggregates of the fields of {row.TypeName}.",
                [.. row.FieldList.Select(field => FieldOf(field, nameOf)).OfType<InputValueDefinitionNode>()],
                oneOf: isSort));
        }

        return name;
    }

    private InputValueDefinitionNode? FieldOf(FieldModel field, Func<string, string> nameOf) => field switch
    {
        LeafField { IsFilterable: true } leaf => Sdl.Input(field.Name, Sdl.Named(RequireLeaf(leaf, nameOf)), $"Of `{field.Name}`."),
        EmbeddedField embedded when AggregateTypes.HasFields(embedded.Target) => Sdl.Input(field.Name, Sdl.Named(RequireFields(embedded.Target, nameOf)), $"Of the fields of `{field.Name}`."),
        _ => null,
    };

    private string RequireLeaf(LeafField leaf, Func<string, string> nameOf)
    {
        var name = nameOf(GeneratedNames.Aggregate(leaf.Type));
        if (_made.Add(name))
        {
            var isSort = nameOf == GeneratedNames.Sort;
            add(Sdl.InputObject(
                name,
                isSort ? $"Which aggregate of a field of type {leaf.Type.Name} to order by." : $"Conditions on aggregates of a field of type {leaf.Type.Name}.",
                [.. AggregateFunctions.Of(leaf.Kind).Select(function => Sdl.Input(AggregateFunctions.NameOf(function), Sdl.Named(isSort ? GeneratedNames.Direction : OperationsOf(leaf, function)), Describe(function)))],
                oneOf: isSort));
        }

        return name;
    }

    private string OperationsOf(LeafField leaf, AggregateFunction function)
    {
        var (type, kind) = AggregateFunctions.ResultOf(function, leaf.Type, leaf.Kind);
        return filters.RequireOperations(type, kind);
    }

    private string RequireGroupBy(RowModel row, Store store)
    {
        var name = GeneratedNames.GroupBy(row.TypeName);
        if (!_made.Add(name))
        {
            return name;
        }

        var fields = row.FieldList.Select(field => GroupOf(field, store)).OfType<InputValueDefinitionNode>().ToList();
        if (row is TableModel table)
        {
            fields.AddRange(table.RelatedOrders.Select(order => RelatedOf(table, order)));
        }

        add(Sdl.InputObject(name, $"One thing to group {row.TypeName} by.", fields, oneOf: true));
        return name;
    }

    private InputValueDefinitionNode? GroupOf(FieldModel field, Store store) => field switch
    {
        GlobalIdField => Sdl.Input(field.Name, Sdl.Named(RequireValue(ScalarKind.Id)), "By the row itself."),
        LeafField { IsFilterable: true } leaf => Sdl.Input(field.Name, Sdl.Named(RequireValue(leaf.Kind)), $"By `{field.Name}`."),
        EmbeddedField embedded when SortInputs.IsSortable(embedded.Target) => Sdl.Input(field.Name, Sdl.Named(RequireGroupBy(embedded.Target, store)), $"By a field of `{field.Name}`."),
        RelationField { Type.IsList: false } toOne when toOne.Target.Store == store && HasGroupFields(toOne.Target) =>
            Sdl.Input(field.Name, Sdl.Named(RequireGroupBy(toOne.Target, store)), $"By a field of the related {toOne.Target.TypeName}."),
        _ => null,
    };

    private string RequireValue(ScalarKind kind)
    {
        var (name, description) = kind switch
        {
            ScalarKind.Int or ScalarKind.Long or ScalarKind.Double => (GroupByNumber, "Groups by a number, or by bins of numbers."),
            ScalarKind.DateTime => (GroupByTime, "Groups by a moment, or by the unit of time that it lies in."),
            _ => (GroupByValue, "Groups by a value; {} takes it as it is."),
        };
        if (!_made.Add(name))
        {
            return name;
        }

        var fields = new List<InputValueDefinitionNode>();
        if (name == GroupByNumber)
        {
            fields.Add(Width());
        }
        else if (name == GroupByTime)
        {
            add(Sdl.Enum(
                TimeUnit, "A unit of time.", ("MINUTE", "A minute."), ("HOUR", "An hour."), ("DAY", "A day."), ("WEEK", "A week, from Monday."), ("MONTH", "A month."), ("QUARTER", "A quarter."), ("YEAR", "A year.")));
            fields.Add(Sdl.Input("unit", Sdl.Named(TimeUnit), "Groups by the beginning of this unit; left out, by the moment itself."));
            fields.Add(Sdl.Input("zone", Sdl.Required("String"), "The time zone whose days, weeks ... are meant, such as `Europe/Berlin`.", new StringValueNode("UTC")));
        }

        fields.Add(Direction());
        add(Sdl.InputObject(name, description, fields));
        return name;
    }

    private InputValueDefinitionNode RelatedOf(TableModel table, RelatedOrder order)
    {
        var name = GeneratedNames.RelatedGroupBy(table, order.Name);
        if (_made.Add(name))
        {
            add(Sdl.InputObject(
                name,
                $"One row of `{order.Relation.Name}` and the value of it to group {table.TypeName} by.",
                [
                    .. order.Match.Select(match => SortInputs.Match(order, match)),
                    Sdl.Input(
                        "stat", Sdl.Required(GeneratedNames.RelatedStat(table, order.Name)), "The value to group by.", order.Stats is [var only] ? new EnumValueNode(only.Name) : null),
                    Width(),
                    Direction(),
                ]));
        }

        return Sdl.Input(order.Name, Sdl.Named(name), $"By a value of one row of `{order.Relation.Name}`; it is found in `keys`.");
    }

    private static InputValueDefinitionNode Width() =>
        Sdl.Input("width", Sdl.Named("Double"), "Groups by bins of this width (for integers a whole number), each named by its lower end: a multiple of the width as it is written, as 0.3 is of 0.1. Left out, by the number itself.");

    private static InputValueDefinitionNode Direction() =>
        Sdl.Input("direction", Sdl.Required(GeneratedNames.Direction), "The order of the groups; rows without a value come last in both.", new EnumValueNode("ASC"));
}
