using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>The order of one statement: its terms, completed by the key, the joins they need, and a signature by which a cursor knows its order again.</summary>
internal sealed class OrderPlan
{
    private readonly SqlScope _scope;
    private readonly TableModel _table;
    private readonly string _alias;
    private readonly List<OrderTerm> _terms = [];
    private readonly List<OrderJoin> _joins = [];
    private readonly HashSet<string> _columns = new(StringComparer.Ordinal);
    private OrderSignature _signature = OrderSignature.Start;

    private OrderPlan(SqlScope scope, TableModel table, string alias) => (_scope, _table, _alias) = (scope, table, alias);

    /// <summary>The terms; no two rows are equal in all of them.</summary>
    public ImmutableArray<OrderTerm> Terms { get; private set; }

    /// <summary>The join of the first term, where that is a value of a related row (<c>@orderBy</c>); else null.</summary>
    public RelatedOrderJoin? Leading { get; private set; }

    /// <summary>What distinguishes this order from others.</summary>
    public ulong Signature => _signature.Value;

    /// <summary>Plans an order.</summary>
    /// <param name="scope">The statement.</param>
    /// <param name="table">The table whose rows are ordered.</param>
    /// <param name="alias">Its alias.</param>
    /// <param name="order">The field's <c>order</c>: sort inputs; null if none was given.</param>
    /// <param name="otherwise">The default order.</param>
    public static OrderPlan Make(SqlScope scope, TableModel table, string alias, object?[]? order, ImmutableArray<ColumnOrder> otherwise)
    {
        var plan = new OrderPlan(scope, table, alias);
        plan._signature.Add(table.TypeName);
        if (order is { Length: > 0 })
        {
            if (order.Length > scope.Limits.MaxOrderTerms)
            {
                throw InputErrors.Limit($"order has {order.Length} entries; at most {scope.Limits.MaxOrderTerms} are allowed.");
            }

            foreach (var entry in order.OfType<ArgumentValues>())
            {
                plan.Add(new OrderPlace(table, table, alias, "", false), entry);
            }
        }
        else
        {
            foreach (var (column, descending) in otherwise)
            {
                plan.AddColumn(column, descending);
            }
        }

        foreach (var column in table.Key)
        {
            plan.AddColumn(column, false);
        }

        plan.Terms = [.. plan._terms];
        return plan;
    }

    /// <summary>Appends the joins that the terms need, after the table's own.</summary>
    /// <param name="withLeading">Whether with that of <see cref="Leading"/>.</param>
    public void AppendJoins(bool withLeading = true)
    {
        foreach (var join in _joins)
        {
            if (withLeading || join != Leading)
            {
                join.AppendTo(_scope);
            }
        }
    }

    /// <summary>Appends the terms of an ORDER BY.</summary>
    /// <param name="reverse">Whether turned around.</param>
    public void AppendTerms(bool reverse)
    {
        for (var i = 0; i < Terms.Length; i++)
        {
            _scope.Sql.Append(i == 0 ? "" : ", ");
            Terms[i].AppendTo(_scope.Sql, reverse);
        }
    }

    /// <summary>Appends <c> AND place</c> for a cursor.</summary>
    public void AppendAndKeyset(object?[] values, bool after)
    {
        _scope.Sql.Append(" AND ");
        Keyset.Append(_scope.Sql, Terms, values, after);
    }

    private void Add(OrderPlace place, ArgumentValues entry)
    {
        if (entry.Values.IsEmpty)
        {
            throw InputErrors.Bad("An entry of `order` names what to order by: give it one field.");
        }

        // A sort input is @oneOf, so there is one field, and it is not null.
        var (name, value) = entry.Values[0];
        _signature.Add(name);
        if (place.Row is TableModel && value is ArgumentValues related && place.Table.RelatedOrders.FirstOrDefault(o => o.Name == name) is { } order)
        {
            AddRelated(place, order, related);
            return;
        }

        switch (place.Row.Fields[name])
        {
            case GlobalIdField:
                foreach (var column in place.Table.Key)
                {
                    AddTerm(place, column, new ValueExpression(place.Alias, place.Table.Column(column), place.IsOuter), IsDescending(value));
                }

                break;
            case ColumnField column:
                var name2 = place.Prefix + column.Column;
                AddTerm(place, name2, new ValueExpression(place.Alias, place.Table.Column(name2), place.IsOuter), IsDescending(value));
                break;
            case JsonField json:
                var expression = new ValueExpression(place.Alias, place.Table.Column(place.Prefix + json.Column), json.Path, json.Kind);
                AddTerm(place, name + '\0' + string.Join('\0', json.Path), expression, IsDescending(value));
                break;
            case EmbeddedField embedded:
                Add(place with { Row = embedded.Target, Prefix = place.Prefix + embedded.Prefix }, (ArgumentValues)value!);
                break;
            case RelationField relation:
                var join = new RelationJoin(relation, place.Alias, _scope.Sql.NextAlias());
                _joins.Add(join);
                Add(new OrderPlace(relation.Target, relation.Target, join.Alias, "", true), (ArgumentValues)value!);
                break;
        }
    }

    private void AddRelated(OrderPlace place, RelatedOrder order, ArgumentValues arguments)
    {
        foreach (var match in order.Match)
        {
            arguments.TryGet(match.Name, out var value);
            _signature.Add(value?.ToString() ?? "");
        }

        _signature.Add(arguments.Get<string>("stat")!);
        var (matches, ordered) = RelatedOrderJoin.Match(order, arguments);
        var join = new RelatedOrderJoin(order, matches, ordered, place.Alias, _scope.Sql.NextAlias());
        _joins.Add(join);
        if (_terms.Count == 0 && place.Alias == _alias && _scope.Sql.IsPostgres)
        {
            Leading = join;
        }

        AddTerm(new OrderPlace(order.Relation.Target, order.Relation.Target, join.Alias, "", true), ordered.Name, join.Value, IsDescending(arguments.Get<object>("direction")));
    }

    private void AddColumn(string column, bool descending)
    {
        _signature.Add(column);
        AddTerm(new OrderPlace(_table, _table, _alias, "", false), column, new ValueExpression(_alias, _table.Column(column)), descending);
    }

    private void AddTerm(OrderPlace place, string name, ValueExpression expression, bool descending)
    {
        // Once a column, or the whole key, stands in the order, naming it again decides nothing.
        if (place.Alias == _alias && (!_columns.Add(name) || IsComplete(name)))
        {
            return;
        }

        _signature.Add(descending ? "DESC" : "ASC");
        _terms.Add(new OrderTerm(expression, descending));
    }

    private bool IsComplete(string added) => _table.Key.All(column => column != added && _columns.Contains(column));

    private static bool IsDescending(object? direction) => direction is "DESC";

    private sealed record OrderPlace(RowModel Row, TableModel Table, string Alias, string Prefix, bool IsOuter);
}

/// <summary>A 64-bit FNV-1a hash of what an order is made of.</summary>
internal struct OrderSignature
{
    public static OrderSignature Start => new() { Value = 14695981039346656037 };

    public ulong Value { get; private set; }

    public void Add(string part)
    {
        foreach (var c in part)
        {
            Value = (Value ^ c) * 1099511628211;
        }

        Value = (Value ^ 0x1F) * 1099511628211;
    }
}
