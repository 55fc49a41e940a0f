using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Rows;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Mapping.Resolvers;

/// <summary>
/// Filters across stores: a condition on related rows of the other store is asked there first, for the distinct keys of the rows that meet it; the statement then has those
/// keys as an array. Costs a query before the level's own, only for requests that use it.
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
    public static async ValueTask<ForeignKeys?> ResolveAsync(RequestContext request, TableModel table, ArgumentValues? where, DateTime? asOf)
    {
        if (where is null)
        {
            return null;
        }

        var conditions = new List<ForeignCondition>();
        Collect(table, table.Store, where, 0, request.Get<MappingLimits>(), conditions);
        if (conditions.Count == 0)
        {
            return null;
        }

        var keys = new ForeignKeys();
        foreach (var (condition, found) in conditions.Zip(await Task.WhenAll(conditions.Select(condition => AskAsync(request, condition, asOf))).ConfigureAwait(false)))
        {
            keys.Add(condition.Relation, condition.Filter, condition.Operator, found);
        }

        return keys;
    }

    private static void Collect(RowModel row, Store store, ArgumentValues filter, int depth, MappingLimits limits, List<ForeignCondition> found)
    {
        // Too deep a filter is told by the composer, with its path.
        if (depth > limits.MaxFilterDepth)
        {
            return;
        }

        foreach (var (name, value) in filter.Values)
        {
            if (value is object?[] parts)
            {
                foreach (var part in parts.OfType<ArgumentValues>())
                {
                    Collect(row, store, part, depth + 1, limits, found);
                }
            }
            else if (value is ArgumentValues inner)
            {
                switch (row.Fields.GetValueOrDefault(name))
                {
                    case EmbeddedField embedded:
                        Collect(embedded.Target, store, inner, depth + 1, limits, found);
                        break;
                    case RelationField { Type.IsList: false } relation when relation.Target.Store == store:
                        Collect(relation.Target, store, inner, depth + 1, limits, found);
                        break;
                    case RelationField { Type.IsList: false } relation:
                        found.Add(new ForeignCondition(relation, inner, "", inner, false));
                        break;
                    case RelationField relation:
                        CollectList(relation, store, inner, depth + 1, limits, found);
                        break;
                }
            }
            else if (value is bool && row.FindExistence(name) is { } relation && relation.Target.Store != store)
            {
                found.Add(new ForeignCondition(relation, filter, name, ArgumentValues.Empty, false));
            }
        }
    }

    private static void CollectList(RelationField relation, Store store, ArgumentValues filter, int depth, MappingLimits limits, List<ForeignCondition> found)
    {
        foreach (var (name, value) in filter.Values)
        {
            if (relation.Target.Store != store)
            {
                found.Add(new ForeignCondition(relation, filter, name, value as ArgumentValues ?? ArgumentValues.Empty, name == "all"));
            }
            else if (value is ArgumentValues inner)
            {
                Collect(relation.Target, store, inner, depth + 1, limits, found);
            }
        }
    }

    private static async Task<KeySet> AskAsync(RequestContext request, ForeignCondition condition, DateTime? asOf)
    {
        var target = condition.Relation.Target;
        var limits = request.Get<MappingLimits>();
        var session = request.Get<StoreSessions>().For(target.Store);

        // The condition may itself reach back into the first store.
        var scope = session.NewScope(await ResolveAsync(request, target, condition.Inner, asOf).ConfigureAwait(false), asOf);
        var statement = ForeignKeyStatement.Compose(scope, condition.Relation, condition.Inner, condition.IsNegated, limits.MaxForeignKeys + 1);
        var types = condition.Relation.To.Select(column => SqlTypes.Of(target.Column(column).Kind)).ToArray();
        var result = await session.AskNow(new StoreQuestion(statement, [.. types.Select(RowsStatement.KeyShape)]) { Expected = 256 }).ConfigureAwait(false);
        return result.Count > limits.MaxForeignKeys
            ? throw InputErrors.Limit($"`{condition.Relation.Name}` lives in {target.Store}, and more than {limits.MaxForeignKeys} of its rows meet the condition; narrow it.")
            : KeySet.From(result.Values, [.. types], result.Count);
    }

    private sealed record ForeignCondition(RelationField Relation, ArgumentValues Filter, string Operator, ArgumentValues Inner, bool IsNegated);
}
