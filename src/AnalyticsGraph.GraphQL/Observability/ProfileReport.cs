namespace AnalyticsGraph.GraphQL.Observability;

/// <summary>A request's trace as <c>extensions.profile</c>; docs/observability.md shows one.</summary>
internal static class ProfileReport
{
    public static Dictionary<string, object?> Of(RequestTrace trace)
    {
        var report = new Dictionary<string, object?>
        {
            ["operationType"] = trace.OperationType,
            ["operationName"] = trace.OperationName,
            ["ms"] = Milliseconds(trace.Clock.Elapsed),
            ["documentWasCached"] = trace.Phases.All(phase => phase.Name != "parse"),
            ["phases"] = trace.ToTimings().Where(timing => trace.Phases.Any(phase => phase.Name == timing.Name))
                .Select(timing => new Dictionary<string, object?> { ["name"] = timing.Name, ["ms"] = Milliseconds(timing.Duration) }).ToList(),
            ["levels"] = Levels(trace),
        };

        // Asked by no step of its own: a look-up that a policy or a write needs.
        var others = trace.RoundTrips.Where(trip => LevelOf(trip) == 0).ToList();
        if (others.Count > 0)
        {
            report["roundTrips"] = others.Select(trip => Describe(trip, trace)).ToList();
        }

        report["stores"] = trace.RoundTrips.GroupBy(trip => trip.Store).ToDictionary(trips => trips.Key, object? (trips) => new Dictionary<string, object?>
        {
            ["roundTrips"] = trips.Count(),
            ["statements"] = trips.Sum(trip => trip.Statements.Count),
            ["rows"] = trips.Sum(trip => trip.Statements.Sum(statement => statement.Rows ?? 0)),
            ["ms"] = Milliseconds(trips.Aggregate(TimeSpan.Zero, (sum, trip) => sum + trip.Clock.Elapsed)),
        });
        return report;
    }

    private static List<object?> Levels(RequestTrace trace) =>
    [
        .. trace.Steps.GroupBy(LevelOf).OrderBy(level => level.Key).Select(level =>
        {
            var described = new Dictionary<string, object?>
            {
                ["level"] = level.Key,
                ["steps"] = level.Select(Describe).ToList(),
            };
            if (trace.RoundTrips.Where(trip => LevelOf(trip) == level.Key).ToList() is { Count: > 0 } trips)
            {
                described["roundTrips"] = trips.Select(trip => Describe(trip, trace)).ToList();
            }

            return described;
        }),
    ];

    private static int LevelOf(StepTrace step) => 1 + step.Path.Count(letter => letter == '.');

    // The first level that asked: a later one can share its answer, not its question.
    private static int LevelOf(RoundTripTrace trip) => trip.Statements.SelectMany(statement => statement.Steps).Select(LevelOf).DefaultIfEmpty().Min();

    private static Dictionary<string, object?> Describe(StepTrace step)
    {
        var described = new Dictionary<string, object?>
        {
            ["path"] = step.Path,
            ["field"] = $"{step.Field.ParentType.Name}.{step.Field.Definition.Name}",
            ["parents"] = step.Parents,
            ["rows"] = step.Rows,
            ["ms"] = Milliseconds(step.Clock.Elapsed),
        };
        if (step.ErrorCode is { } code)
        {
            described["error"] = code;
        }

        return described;
    }

    private static Dictionary<string, object?> Describe(RoundTripTrace trip, RequestTrace trace)
    {
        var described = new Dictionary<string, object?>
        {
            ["store"] = trip.Store,
            ["startMs"] = Milliseconds(System.Diagnostics.Stopwatch.GetElapsedTime(trace.Clock.Start, trip.Clock.Start)),
            ["ms"] = Milliseconds(trip.Clock.Elapsed),
            ["statements"] = trip.Statements.Select(Describe).ToList(),
        };
        Add(described, "readRows", trip.ReadRows);
        Add(described, "readBytes", trip.ReadBytes);
        Add(described, "error", trip.ErrorType);
        return described;
    }

    private static Dictionary<string, object?> Describe(StatementTrace statement)
    {
        var described = new Dictionary<string, object?> { ["sql"] = statement.Text, ["fields"] = statement.Steps.Select(step => step.Path).ToList() };
        Add(described, "rows", statement.Rows);
        Add(described, "bytes", statement.Bytes);
        return described;
    }

    private static void Add(Dictionary<string, object?> described, string name, object? value)
    {
        if (value is not null)
        {
            described[name] = value;
        }
    }

    private static double Milliseconds(TimeSpan duration) => Math.Round(duration.TotalMilliseconds, 3);
}
