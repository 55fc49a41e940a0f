using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Analytics.Comparison;

/// <summary>Which group each run belongs to.</summary>
/// <param name="Names">The groups' values in order: numbers first, then NaN, then texts, then null for the runs that have none.</param>
/// <param name="GroupOf">For each run the place of its group.</param>
internal sealed record RunGroups(string?[] Names, long[] GroupOf)
{
    /// <summary>Asks PostgreSQL for the runs' groups.</summary>
    /// <param name="postgres">The request's session.</param>
    /// <param name="request">What runs are grouped by.</param>
    /// <param name="runIds">The runs.</param>
    public static async Task<RunGroups> ReadAsync(PostgresSession postgres, ComparisonRequest request, long[] runIds)
    {
        if (request.GroupBy == GroupKind.None)
        {
            return new RunGroups([null], new long[runIds.Length]);
        }

        var sql = new SqlBuilder(Store.Postgres).Append("SELECT a.ordinal - 1, ").Append(request.GroupBy switch
        {
            GroupKind.Experiment => "e.name",
            GroupKind.User => "r.user_name",
            GroupKind.Status => "r.status",
            _ => "p.value",
        }).Append(" FROM unnest(").AppendParameter(runIds, SqlType.Int64, isArray: true).Append(") WITH ORDINALITY AS a(run_id, ordinal) JOIN run r ON r.id = a.run_id");
        _ = request.GroupBy switch
        {
            GroupKind.Experiment => sql.Append(" JOIN experiment e ON e.id = r.experiment_id"),
            GroupKind.Param => sql.Append(" JOIN run_param p ON p.run_id = r.id AND p.key = ").AppendParameter(request.GroupKey!, SqlType.Text),
            GroupKind.Tag => sql.Append(" JOIN run_tag p ON p.run_id = r.id AND p.key = ").AppendParameter(request.GroupKey!, SqlType.Text),
            _ => sql,
        };
        var (ordinals, texts) = await postgres.AskNowAsync(sql, integers: 1, texts: 1).ConfigureAwait(false);
        var values = new string?[runIds.Length];
        for (var row = 0; row < ordinals[0].Length; row++)
        {
            values[ordinals[0][row]] = texts[0][row];
        }

        return Of(values);
    }

    /// <summary>Groups values.</summary>
    /// <param name="values">A value for each run; null for none.</param>
    public static RunGroups Of(string?[] values)
    {
        string?[] names = [.. values.Distinct().OrderBy(name => name is null).ThenBy(name => name ?? "", new ValueOrder(descending: false))];
        var places = names.Select((name, place) => (name, place)).ToDictionary(pair => (pair.name, 0), pair => (long)pair.place);
        return new RunGroups(names, Array.ConvertAll(values, value => places[(value, 0)]));
    }
}
