using System.Collections.Immutable;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>
/// A page in the order of a value that stands in a related row (<c>@orderBy</c>), in PostgreSQL. An outer join with its missing values would have to read and sort all rows. So the
/// page is put together of the order's classes: rows with a number, which an index over them has in order; rows with NaN; rows without a value. Each is asked for no more than
/// the ones before it have left of the page, and not at all once it is full. A cursor passes over the classes before its own. Where the index may be behind, the rows it is
/// behind with (few) are a part of their own, read from the table itself.
/// </summary>
internal static class LeadingOrder
{
    private const string ClassName = "order class";

    private static readonly string[] Names = ["p0", "p1", "p2", "p3", "p4"];

    /// <summary>Appends the whole statement of a root field.</summary>
    /// <returns>Whether it did; not if the cursors leave no class between them, which the plain statement says as well.</returns>
    public static bool TryAppend(SqlScope scope, RowsQuery query, string alias, OrderPlan order)
    {
        var after = query.Page.After is { } a ? Cursor.Read("after", a, order) : null;
        var before = query.Page.Before is { } b ? Cursor.Read("before", b, order) : null;
        var parts = PartsOf(scope, order, after, before);
        if (query.Page.IsBackward)
        {
            parts.Reverse();
        }

        var walk = parts is [{ Class: OrderClass.Number, IsPending: false } only, ..] ? OrderWalk.Find(scope, query, order, only.Index) : null;
        for (var i = 0; i < parts.Count; i++)
        {
            scope.Sql.Append(i == 0 ? "WITH " : ", ");
            if (i == 0 && walk is not null)
            {
                AppendWalk(scope, query, alias, order, walk, after, before);
            }

            scope.Sql.Append(Names[i]).Append(" AS (");

            // As many parts of the same class as there are must be asked for a whole page each.
            AppendPart(scope, query, alias, order, parts[i], parts.FindIndex(part => part.Class == parts[i].Class), walk, isWalked: i == 0 && walk is not null, after, before);
            scope.Sql.Append(')');
        }

        if (parts.Count > 0)
        {
            AppendUnion(scope.Sql, query, order, parts.Count);
        }

        return parts.Count > 0;
    }

    /// <summary>The parts that the cursors leave, in the order of the list.</summary>
    private static List<OrderPart> PartsOf(SqlScope scope, OrderPlan order, object?[]? after, object?[]? before)
    {
        var first = after is null ? OrderClass.Number : ClassOf(after[0]);
        var last = before is null ? OrderClass.Missing : ClassOf(before[0]);
        var index = order.Leading!.Index(scope);
        var parts = new List<OrderPart>();
        for (var part = first; part <= last; part++)
        {
            if (part == OrderClass.NaN && !order.Leading.Value.MayBeNaN)
            {
                continue;
            }

            parts.Add(new OrderPart(part, part == OrderClass.Missing ? null : index, IsPending: false));
            if (part != OrderClass.Missing && index is { Pending: not null })
            {
                parts.Add(new OrderPart(part, index, IsPending: true));
            }
        }

        return parts;
    }

    private static OrderClass ClassOf(object? value) => value switch
    {
        null => OrderClass.Missing,
        double.NaN => OrderClass.NaN,
        _ => OrderClass.Number,
    };

    private static void AppendWalk(SqlScope scope, RowsQuery query, string alias, OrderPlan order, OrderWalk walk, object?[]? after, object?[]? before)
    {
        var terms = TermsOf(order, OrderClass.Number);
        walk.Append(
            () => AppendSelect(scope.Sql, query, alias, order, OrderClass.Number),
            () =>
            {
                AppendAndIsOf(scope.Sql, order.Leading!, OrderClass.Number);
                AppendAndPlaces(scope.Sql, terms, OrderClass.Number, after, before);
            },
            query,
            alias,
            terms);
    }

    private static void AppendPart(
        SqlScope scope, RowsQuery query, string alias, OrderPlan order, OrderPart part, int partsBefore, OrderWalk? walk, bool isWalked, object?[]? after, object?[]? before)
    {
        var sql = scope.Sql;
        var leading = order.Leading!;
        if (isWalked)
        {
            walk!.AppendUnion(query);
        }

        sql.Append(isWalked ? "(" : partsBefore == 0 ? "" : "SELECT * FROM (");
        AppendSelect(sql, query, alias, order, part.Class);
        sql.Append(" FROM ");
        scope.AppendTable(query.Layout.Table, alias);
        if (part.Class != OrderClass.Missing)
        {
            leading.AppendInner(scope, part.IsPending ? null : part.Index);
        }

        order.AppendJoins(withLeading: false);
        sql.Append(" WHERE ");
        scope.AppendPolicy(query.Layout.Table, alias);
        AppendAndClass(scope, leading, part);

        // What the walk leaves to the parts is rare among the rows.
        new FilterComposer(scope, walk is null ? FilterUse.Planned : FilterUse.Searched).AppendAnd(query.Layout.Table, alias, query.Where);
        if (isWalked)
        {
            walk!.AppendAndIsShort(query);
        }

        var terms = TermsOf(order, part.Class);
        AppendAndPlaces(sql, terms, part.Class, after, before);
        sql.Append(" ORDER BY ");
        for (var i = 0; i < terms.Length; i++)
        {
            sql.Append(i == 0 ? "" : ", ");
            terms[i].AppendTo(sql, query.Page.IsBackward);
        }

        // The limit within tells the planner how few rows are wanted; the one around it is zero, and reads nothing, once the page is full.
        AppendLimit(sql, query);
        sql.Append(isWalked ? ")" : "");
        if (partsBefore > 0)
        {
            sql.Append(") AS r LIMIT greatest(0, ").AppendNumber(query.Page.Limit + 1);
            for (var i = 0; i < partsBefore; i++)
            {
                sql.Append(" - (SELECT count(*) FROM ").Append(Names[i]).Append(')');
            }

            sql.Append(')');
        }
    }

    private static void AppendSelect(SqlBuilder sql, RowsQuery query, string alias, OrderPlan order, OrderClass part)
    {
        RowsStatement.AppendSelect(sql, query with { WithCursors = false }, alias, order);
        for (var i = 0; i < order.Terms.Length; i++)
        {
            sql.Append(", ");
            if (i == 0 && part == OrderClass.Missing)
            {
                order.Terms[0].Value.AppendNullTo(sql);
            }
            else
            {
                order.Terms[i].Value.AppendTo(sql);
            }

            sql.Append(" AS ").AppendName(NameOf(i));
        }

        sql.Append(", ").AppendNumber((int)part).Append(" AS ").AppendName(ClassName);
    }

    /// <summary>Within a class of its own the value is plain, or the same for all; the index has the key's columns, too.</summary>
    private static ImmutableArray<OrderTerm> TermsOf(OrderPlan order, OrderClass part) => part switch
    {
        OrderClass.Missing => order.Terms[1..],
        OrderClass.NaN => [.. order.Terms[1..].Select(order.Leading!.Reached)],
        _ => [order.Terms[0] with { Value = order.Leading!.Value.AsPlain() }, .. order.Terms[1..].Select(order.Leading.Reached)],
    };

    private static void AppendAndClass(SqlScope scope, RelatedOrderJoin leading, OrderPart part)
    {
        if (part.Class == OrderClass.Missing)
        {
            scope.Sql.Append(" AND ");
            leading.AppendMissing(scope);
            return;
        }

        AppendAndIsOf(scope.Sql, leading, part.Class);
        if (part.Index is { Pending: { } pending } index)
        {
            // Joined, not a set: the planner knows how many they are, and counts the set anew for each row it might look up.
            scope.Sql.Append(part.IsPending ? " AND EXISTS (SELECT 1 FROM " : " AND NOT EXISTS (SELECT 1 FROM ").AppendName(pending).Append(" AS w WHERE ");
            for (var i = 0; i < index.PendingColumns.Length; i++)
            {
                scope.Sql.Append(i == 0 ? "" : " AND ").AppendColumn("w", index.PendingColumns[i]).Append(" = ").AppendColumn(leading.Alias, index.PendingColumns[i]);
            }

            scope.Sql.Append(')');
        }
    }

    /// <summary>PostgreSQL has NaN after all numbers, and null is not less than anything.</summary>
    private static void AppendAndIsOf(SqlBuilder sql, RelatedOrderJoin leading, OrderClass part)
    {
        sql.Append(" AND ");
        leading.Value.AppendTo(sql);
        sql.Append(part == OrderClass.NaN ? " = 'NaN'" : leading.Value.MayBeNaN ? " < 'NaN'" : " IS NOT NULL");
    }

    private static void AppendAndPlaces(SqlBuilder sql, ImmutableArray<OrderTerm> terms, OrderClass part, object?[]? after, object?[]? before)
    {
        AppendAndPlace(sql, terms, part, after, after: true);
        AppendAndPlace(sql, terms, part, before, after: false);
    }

    private static void AppendAndPlace(SqlBuilder sql, ImmutableArray<OrderTerm> terms, OrderClass part, object?[]? cursor, bool after)
    {
        if (cursor is not null && ClassOf(cursor[0]) == part)
        {
            sql.Append(" AND ");
            Keyset.Append(sql, terms, cursor[^terms.Length..], after);
        }
    }

    private static void AppendUnion(SqlBuilder sql, RowsQuery query, OrderPlan order, int parts)
    {
        sql.Append(" SELECT * FROM (");
        for (var i = 0; i < parts; i++)
        {
            sql.Append(i == 0 ? "" : " UNION ALL ").Append("SELECT * FROM ").Append(Names[i]);
        }

        sql.Append(") AS r ORDER BY ").AppendName(ClassName).Append(query.Page.IsBackward ? " DESC" : "");
        for (var i = 0; i < order.Terms.Length; i++)
        {
            sql.Append(", ");
            var term = i == 0 ? order.Terms[0] with { Value = order.Leading!.Value.AsPlain() } : order.Terms[i];
            term.AppendTo(sql, query.Page.IsBackward, NameOf(i));
        }

        AppendLimit(sql, query);
    }

    /// <summary>The page's size stands in the text: a plan that is prepared once must know that few rows are wanted.</summary>
    private static void AppendLimit(SqlBuilder sql, RowsQuery query) => sql.Append(" LIMIT ").AppendNumber(query.Page.Limit + 1);

    private static string NameOf(int term) => $"order {term}";

    private enum OrderClass
    {
        Number,
        NaN,
        Missing,
    }

    /// <summary>Rows of a class: from an index, from the table where that index is behind, or from the table where there is none.</summary>
    private sealed record OrderPart(OrderClass Class, RowIndex? Index, bool IsPending);
}
