using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>Appends a <c>having</c>: conditions on what a statement within this one has computed.</summary>
/// <param name="scope">The statement.</param>
/// <param name="table">The table that is aggregated.</param>
/// <param name="valueOf">A measure's column.</param>
internal sealed class HavingComposer(SqlScope scope, TableModel table, Func<AggregateMeasure, ValueExpression> valueOf)
{
    private readonly FilterComposer _filter = new(scope);
    private readonly SqlBuilder _sql = scope.Sql;

    /// <summary>Every measure that the conditions need.</summary>
    public static IEnumerable<AggregateMeasure> Needs(TableModel table, ArgumentValues condition, MappingLimits limits, int depth = 1)
    {
        if (depth > limits.MaxFilterDepth)
        {
            throw InputErrors.Limit($"`having` is nested deeper than {limits.MaxFilterDepth} levels.");
        }

        var own = AggregateArguments.Conditions(table, condition, "having").Select(found => found.Measure);
        return own.Concat(new[] { "and", "or" }.SelectMany(name => Parts(condition, name) ?? []).SelectMany(part => Needs(table, part, limits, depth + 1)));
    }

    /// <summary>Appends the condition.</summary>
    public void Append(ArgumentValues condition)
    {
        _sql.Append("(TRUE");
        foreach (var name in new[] { "and", "or" })
        {
            if (Parts(condition, name) is { } parts)
            {
                AppendJunction(name, parts);
            }
        }

        foreach (var (measure, operators, path) in AggregateArguments.Conditions(table, condition, "having"))
        {
            _sql.Append(" AND (");
            _filter.AppendOperators(new FilterPlace(table, table, "", "", path, 1), new LeafConditions(_sql, valueOf(measure), measure.Result, path), operators);
            _sql.Append(')');
        }

        _sql.Append(')');
    }

    private void AppendJunction(string name, List<ArgumentValues> parts)
    {
        _sql.Append(" AND (").Append(parts.Count > 0 ? "" : name == "and" ? "TRUE" : "FALSE");
        for (var i = 0; i < parts.Count; i++)
        {
            _sql.Append(i == 0 ? "" : name == "and" ? " AND " : " OR ");
            Append(parts[i]);
        }

        _sql.Append(')');
    }

    private static List<ArgumentValues>? Parts(ArgumentValues condition, string name) => !condition.TryGet(name, out var value) ? null
        : value is object?[] parts ? [.. parts.Cast<ArgumentValues>()]
        : throw InputErrors.Bad($"having.{name}: null is no list of conditions; leave it out.");
}
