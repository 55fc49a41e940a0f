using System.Diagnostics;
using AnalyticsGraph.GraphQL.Observability;
using Npgsql;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>A round trip to PostgreSQL as its listeners are told of it: a client span of its own, and an entry of the request's profile. There is none while nobody listens.</summary>
internal sealed class PostgresTrip
{
    private const string System = "postgresql";

    private readonly List<StoreQuestion> _questions;
    private readonly int _first;
    private readonly Activity? _activity;
    private readonly RoundTripTrace? _trace;
    private readonly List<StatementTrace> _statements = [];

    private PostgresTrip(List<StoreQuestion> questions, int first, Activity? activity, RoundTripTrace? trace) =>
        (_questions, _first, _activity, _trace) = (questions, first, activity, trace);

    /// <summary>Begins. The span becomes the current one, by which Npgsql's own span of the same batch is left out where it is asked for.</summary>
    public static PostgresTrip? Begin(PostgresServer server, RequestTrace? trace, List<StoreQuestion> questions, int first)
    {
        if (trace is null && !MappingTelemetry.Source.HasListeners())
        {
            return null;
        }

        var activity = MappingTelemetry.Source.StartActivity(System, ActivityKind.Client, default(ActivityContext), [new("db.system.name", System), new("db.namespace", server.Database)]);
        if (trace is null && activity is null)
        {
            return null;
        }

        var trip = new PostgresTrip(questions, first, activity, trace?.BeginRoundTrip(System));
        if (activity is { IsAllDataRequested: true })
        {
            trip.Describe(activity, server);
        }

        if (trip._trace is { } told)
        {
            trip._statements.AddRange(questions.Skip(first).Select(question => told.Add(question.Statement.Text, question.Steps)));
        }

        return trip;
    }

    /// <summary>It is over.</summary>
    /// <param name="answered">How many of the questions have their rows.</param>
    /// <param name="error">What ended it early; null if all went well.</param>
    public void End(int answered, Exception? error)
    {
        for (var i = 0; i < answered && i < _statements.Count; i++)
        {
            _statements[i].Rows = _questions[_first + i].Result!.Count;
        }

        var type = error is null ? null : (error as PostgresException)?.SqlState ?? error.GetType().FullName;
        _trace?.End(type);
        if (_activity is null)
        {
            return;
        }

        _activity.SetTag("db.response.returned_rows", _questions.Skip(_first).Take(answered).Sum(question => (long)question.Result!.Count));
        if (type is not null)
        {
            _activity.SetTag("error.type", type).SetTag("db.response.status_code", (error as PostgresException)?.SqlState).SetStatus(ActivityStatusCode.Error);
        }

        _activity.Dispose();
    }

    private void Describe(Activity activity, PostgresServer server)
    {
        var questions = _questions.Skip(_first).ToList();
        activity.SetTag("server.address", server.Address).SetTag("server.port", server.Port);
        activity.SetTag("db.query.text", string.Join("; ", questions.Select(question => question.Statement.Text)));
        if (questions.Count > 1)
        {
            activity.SetTag("db.operation.batch.size", questions.Count);
        }

        activity.SetTag("graphql.field.paths", questions.SelectMany(question => question.Steps).Select(step => step.Path).Distinct().ToArray());
    }
}
