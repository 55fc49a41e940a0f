using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>What a statement's rows are grouped by: its columns, and the joins they need.</summary>
internal sealed class GroupPlan
{
    private readonly SqlScope _scope;
    private readonly TableModel _table;
    private readonly string _alias;
    private readonly List<OrderJoin> _joins = [];
    private readonly Dictionary<string, string> _related = new(StringComparer.Ordinal);

    private GroupPlan(SqlScope scope, TableModel table, string alias) => (_scope, _table, _alias) = (scope, table, alias);

    /// <summary>The entries of <c>groupBy</c> in order.</summary>
    public List<GroupKey> Keys { get; } = [];

    /// <summary>Their columns.</summary>
    public List<GroupColumn> Columns { get; } = [];

    /// <summary>Plans the groups.</summary>
    /// <param name="scope">The statement.</param>
    /// <param name="table">The table whose rows are grouped.</param>
    /// <param name="alias">Its alias.</param>
    /// <param name="groupBy">Group-by inputs; null for one group of all rows.</param>
    public static GroupPlan Make(SqlScope scope, TableModel table, string alias, object?[]? groupBy)
    {
        var plan = new GroupPlan(scope, table, alias);
        if (groupBy?.Length > scope.Limits.MaxOrderTerms)
        {
            throw InputErrors.Limit($"`groupBy` has {groupBy.Length} entries; at most {scope.Limits.MaxOrderTerms} are allowed.");
        }

        foreach (var entry in groupBy ?? [])
        {
            plan.Add(new GroupPlace(table, table, alias, "", "", false), (ArgumentValues)entry!);
        }

        return plan;
    }

    /// <summary>Appends the joins after the table's own.</summary>
    public void AppendJoins()
    {
        foreach (var join in _joins)
        {
            join.AppendTo(_scope);
        }
    }

    private void Add(GroupPlace place, ArgumentValues entry)
    {
        // A group-by input is @oneOf, so there is one field, and it is not null.
        var (name, value) = entry.Values[0];
        var arguments = (ArgumentValues)value!;
        var path = place.Path + name;
        if (place.Row is TableModel && !place.Row.Fields.ContainsKey(name))
        {
            AddRelated(place, place.Table.RelatedOrders.First(order => order.Name == name), path, arguments);
            return;
        }

        switch (place.Row.Fields[name])
        {
            case GlobalIdField:
                AddId(place, path, arguments);
                break;
            case LeafField leaf:
                var field = new AggregateValue(place.Table, place.Alias, leaf, place.Prefix, place.IsOuter);
                var first = AddColumn(field, GroupForm.Read("groupBy." + path, field, arguments), arguments);
                Keys.Add(new GroupKey(path, first, 1, leaf, place.Table));
                break;
            case EmbeddedField embedded:
                Add(place with { Row = embedded.Target, Prefix = place.Prefix + embedded.Prefix, Path = path + "." }, arguments);
                break;
            case RelationField relation:
                Add(new GroupPlace(relation.Target, relation.Target, Join(relation, place.Alias, path), "", path + ".", true), arguments);
                break;
        }
    }

    private string Join(RelationField relation, string fromAlias, string path)
    {
        if (!_related.TryGetValue(path, out var alias))
        {
            alias = _scope.Sql.NextAlias();
            AddJoin(new RelationJoin(relation, fromAlias, alias));
            _related.Add(path, alias);
        }

        return alias;
    }

    private void AddJoin(OrderJoin join)
    {
        if (_joins.Count == _scope.Limits.MaxOrderTerms)
        {
            throw InputErrors.Limit($"`groupBy` reaches through more than {_scope.Limits.MaxOrderTerms} relations.");
        }

        _joins.Add(join);
    }

    private void AddId(GroupPlace place, string path, ArgumentValues arguments)
    {
        var first = Columns.Count;
        foreach (var name in place.Table.Key)
        {
            var column = place.Table.Column(name);
            AddColumn(new AggregateValue(new ValueExpression(place.Alias, column, place.IsOuter), column.Kind), new GroupForm(null, "", null), arguments);
        }

        Keys.Add(new GroupKey(path, first, Columns.Count - first, null, place.Table));
    }

    private void AddRelated(GroupPlace place, RelatedOrder order, string path, ArgumentValues arguments)
    {
        var (matches, ordered) = RelatedOrderJoin.Match(order, arguments);
        var join = new RelatedOrderJoin(order, matches, ordered, place.Alias, _scope.Sql.NextAlias());
        AddJoin(join);
        var value = new AggregateValue(join.Value, ordered.Kind);
        var first = AddColumn(value, GroupForm.Read("groupBy." + path, value, arguments), arguments);
        var kind = value.Type switch
        {
            SqlType.Boolean => ScalarKind.Boolean,
            SqlType.Int64 => ScalarKind.Long,
            SqlType.Double => ScalarKind.Double,
            SqlType.Timestamp => ScalarKind.DateTime,
            SqlType.Interval => ScalarKind.Duration,
            _ => ScalarKind.String,
        };
        var field = new ColumnField(order.Name, new FieldType(kind.ToString(), false, false, false), kind, null, true, ordered.Name);
        Keys.Add(new GroupKey(path, first, 1, field, order.Relation.Target));
    }

    private int AddColumn(AggregateValue value, GroupForm form, ArgumentValues arguments)
    {
        var model = AggregateColumns.Of($"key {Columns.Count}", value.Type, value.Plain.IsNullable);
        Columns.Add(new GroupColumn(value, form, model, arguments.Get<string>("direction") == "DESC"));
        return Columns.Count - 1;
    }

    private sealed record GroupPlace(RowModel Row, TableModel Table, string Alias, string Prefix, string Path, bool IsOuter);
}
