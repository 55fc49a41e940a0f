using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>
/// Filters across stores: a condition on related rows of the other store is asked there first, for the distinct keys of the rows that meet it; the statement then has those
/// keys as an array. Costs a query before the level's own, only for requests that use it. The limits hold for all that a filter asks, however deep.
/// </summary>
internal static class ForeignFilters
{
    /// <summary>Finds the keys that a filter needs from the other store.</summary>
    /// <param name="request">The request.</param>
    /// <param name="table">The table that is filtered.</param>
    /// <param name="where">Its filter, or null.</param>
    /// <param name="asOf">The time it is read as of; null for the present.</param>
    /// <returns>The keys of each such condition, or null where there is none.</returns>
    /// <exception cref="GraphQL.Errors.GraphQLException">Too many rows of the other store meet a condition, or it cannot answer.</exception>
    public static ValueTask<ForeignKeys?> ResolveAsync(RequestContext request, TableModel table, ArgumentValues? where, DateTime? asOf) =>
        where is null ? default : ResolveAsync(request, table, where, asOf, new ForeignCount(request.Get<MappingLimits>()));

    private static async ValueTask<ForeignKeys?> ResolveAsync(RequestContext request, TableModel table, ArgumentValues where, DateTime? asOf, ForeignCount count)
    {
        var conditions = new List<ForeignCondition>();
        Collect(table, table.Store, where, 0, count, conditions);
        if (conditions.Count == 0)
        {
            return null;
        }

        var keys = new ForeignKeys();
        foreach (var (condition, found) in conditions.Zip(await Task.WhenAll(conditions.Select(condition => AskAsync(request, condition, asOf, count))).ConfigureAwait(false)))
        {
            keys.Add(condition.Relation, condition.Filter, condition.Operator, found);
        }

        return keys;
    }

    private static void Collect(RowModel row, Store store, ArgumentValues filter, int depth, ForeignCount count, List<ForeignCondition> found)
    {
        // Too deep a filter is told by the composer, with its path.
        if (depth > count.Limits.MaxFilterDepth)
        {
            return;
        }

        foreach (var (name, value) in filter.Values)
        {
            if (value is object?[] parts)
            {
                foreach (var part in parts.OfType<ArgumentValues>())
                {
                    Collect(row, store, part, depth + 1, count, found);
                }
            }
            else if (value is ArgumentValues inner)
            {
                switch (row.Fields.GetValueOrDefault(name))
                {
                    case EmbeddedField embedded:
                        Collect(embedded.Target, store, inner, depth + 1, count, found);
                        break;
                    case RelationField { Type.IsList: false } relation when relation.Target.Store == store:
                        Collect(relation.Target, store, inner, depth + 1, count, found);
                        break;
                    case RelationField { Type.IsList: false } relation:
                        Add(found, count, new ForeignCondition(relation, inner, "", inner, false));
                        break;
                    case RelationField relation:
                        CollectList(relation, store, inner, depth + 1, count, found);
                        break;
                }
            }
            else if (value is bool && row.FindExistence(name) is { } relation && relation.Target.Store != store)
            {
                Add(found, count, new ForeignCondition(relation, filter, name, ArgumentValues.Empty, false));
            }
        }
    }

    private static void CollectList(RelationField relation, Store store, ArgumentValues filter, int depth, ForeignCount count, List<ForeignCondition> found)
    {
        foreach (var (name, value) in filter.Values)
        {
            if (relation.Target.Store != store && value is not null)
            {
                Add(found, count, new ForeignCondition(relation, filter, name, value as ArgumentValues ?? ArgumentValues.Empty, name == "all"));
            }
            else if (value is ArgumentValues inner)
            {
                Collect(relation.Target, store, inner, depth + 1, count, found);
            }
        }
    }

    private static void Add(List<ForeignCondition> found, ForeignCount count, ForeignCondition condition)
    {
        count.AddCondition();
        found.Add(condition);
    }

    private static async Task<KeySet> AskAsync(RequestContext request, ForeignCondition condition, DateTime? asOf, ForeignCount count)
    {
        var target = condition.Relation.Target;
        var sessions = request.Get<StoreSessions>();
        var session = sessions.For(target.Store);

        // The condition may itself reach back into the first store.
        var scope = session.NewScope(await ResolveAsync(request, target, condition.Inner, asOf, count).ConfigureAwait(false), asOf);
        await sessions.ForeignPlaces.WaitAsync(request.CancellationToken).ConfigureAwait(false);
        try
        {
            // What was asked meanwhile may have found too many.
            count.AddKeys(condition.Relation, 0);
            var statement = ForeignKeyStatement.Compose(scope, condition.Relation, condition.Inner, condition.IsNegated, count.Limits.MaxForeignKeys + 1);
            var types = condition.Relation.To.Select(column => SqlTypes.Of(target.Column(column).Kind)).ToArray();
            var result = await session.AskNow(new StoreQuestion(statement, [.. types.Select(RowsStatement.KeyShape)]) { Expected = 256 }).ConfigureAwait(false);
            count.AddKeys(condition.Relation, result.Count);
            return KeySet.From(result.Values, [.. types], result.Count);
        }
        finally
        {
            sessions.ForeignPlaces.Release();
        }
    }

    /// <summary>What one filter asks of the other store. Thread-safe.</summary>
    private sealed class ForeignCount(MappingLimits limits)
    {
        private int _conditions;
        private long _keys;

        public MappingLimits Limits => limits;

        public void AddCondition()
        {
            if (Interlocked.Increment(ref _conditions) > limits.MaxConditions)
            {
                throw InputErrors.Limit($"where: a filter has at most {limits.MaxConditions} conditions.");
            }
        }

        public void AddKeys(RelationField relation, int found)
        {
            if (Interlocked.Add(ref _keys, found) > limits.MaxForeignKeys)
            {
                throw InputErrors.Limit($"`{relation.Name}` lives in {relation.Target.Store}, and more than {limits.MaxForeignKeys} rows there meet the filter's conditions; narrow them.");
            }
        }
    }

    private sealed record ForeignCondition(RelationField Relation, ArgumentValues Filter, string Operator, ArgumentValues Inner, bool IsNegated);
}
