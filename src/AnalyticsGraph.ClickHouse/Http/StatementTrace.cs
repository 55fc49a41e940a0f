using System.Diagnostics;
using System.Globalization;

namespace AnalyticsGraph.ClickHouse.Http;

/// <summary>One statement as its listeners are told of it; there is none while nobody listens.</summary>
internal sealed class StatementTrace
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly string _operation;
    private readonly Activity? _activity;
    private int _hasEnded;

    private StatementTrace(string operation, Activity? activity) => (_operation, _activity) = (operation, activity);

    /// <summary>Begins; the statement's span is the current one for as long as the calling asynchronous method runs.</summary>
    /// <param name="options">Where the server is.</param>
    /// <param name="operation">The statement's first word.</param>
    /// <param name="table">The table it is about; null where that would have to be guessed.</param>
    /// <param name="text">Its text, which has parameters in place of values.</param>
    /// <param name="tags">What the caller adds.</param>
    public static StatementTrace? Begin(ClickHouseOptions options, string operation, string? table, string text, IEnumerable<KeyValuePair<string, object?>> tags)
    {
        if (!ClickHouseTelemetry.Source.HasListeners() && !ClickHouseTelemetry.OperationDuration.Enabled)
            return null;
        operation = operation.ToUpperInvariant();
        var activity = ClickHouseTelemetry.Source.StartActivity(
            table is null ? operation : $"{operation} {table}", ActivityKind.Client, default(ActivityContext), [new("db.system.name", "clickhouse"), new("db.namespace", options.Database)]);
        if (activity is { IsAllDataRequested: true })
            Describe(activity, options, operation, table, text, tags);
        return new StatementTrace(operation, activity);
    }

    /// <summary>The statement is done, or was given up.</summary>
    /// <param name="rows">How many rows came, or were written; null if that is not known.</param>
    /// <param name="summary">What the server says it did.</param>
    /// <param name="fault">Why it failed; null if it did not.</param>
    public void End(long? rows = null, ClickHouseSummary? summary = null, Exception? fault = null)
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) != 0)
            return;
        var tags = new TagList { { "db.system.name", "clickhouse" }, { "db.operation.name", _operation } };
        if (fault is not null)
            tags.Add("error.type", TypeOf(fault));
        ClickHouseTelemetry.OperationDuration.Record(Stopwatch.GetElapsedTime(_start).TotalSeconds, tags);
        if (_activity is null)
            return;
        if (rows is not null)
            _activity.SetTag("db.response.returned_rows", rows);
        if (summary is not null)
        {
            _activity.SetTag("clickhouse.query_id", summary.QueryId)
                .SetTag("clickhouse.read_rows", summary.ReadRows).SetTag("clickhouse.read_bytes", summary.ReadBytes).SetTag("clickhouse.written_rows", summary.WrittenRows);
        }

        // The server's words can hold values; its code cannot.
        if (fault is not null)
            _activity.SetTag("error.type", TypeOf(fault)).SetStatus(ActivityStatusCode.Error);
        if (fault is ClickHouseException { Code: > 0 and var code })
            _activity.SetTag("db.response.status_code", code.ToString(CultureInfo.InvariantCulture));
        _activity.Dispose();
    }

    private static string TypeOf(Exception fault) => fault is ClickHouseException { Code: > 0 } error ? error.ErrorName : fault.GetType().FullName!;

    private static void Describe(Activity activity, ClickHouseOptions options, string operation, string? table, string text, IEnumerable<KeyValuePair<string, object?>> tags)
    {
        activity.SetTag("db.operation.name", operation).SetTag("db.query.text", text).SetTag("server.address", options.Socket ?? options.Host);
        if (options.Socket is null)
            activity.SetTag("server.port", options.Port);
        if (table is not null)
            activity.SetTag("db.collection.name", table);
        foreach (var (name, value) in tags)
            activity.SetTag(name, value);
    }
}
