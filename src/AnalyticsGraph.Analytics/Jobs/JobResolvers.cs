using AnalyticsGraph.GraphQL.Errors;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Types;
using AnalyticsGraph.Mapping;
using AnalyticsGraph.Mapping.Model;
using AnalyticsGraph.Mapping.Sessions;
using AnalyticsGraph.Mapping.Sql;

namespace AnalyticsGraph.Analytics.Jobs;

/// <summary>What resource planners ask of training jobs.</summary>
internal static class JobResolvers
{
    private const int MostRecords = 1000;
    private const int MostJobs = 100_000;

    /// <summary>Binds the fields.</summary>
    public static void Bind(SchemaBindings bindings, MappedResolvers mapped)
    {
        bindings
            .BindType<NodeUtilization>("NodeUtilization")
            .BindType<WorkerChange>("WorkerChange")
            .BindType<JobMaxima>("JobMaxima")
            .BindType<SimilarJob>("SimilarJob")
            .Bind("SimilarJob", "job", mapped.ByKey<SimilarJob>("Job", similar => similar.JobId))
            .Bind("Job", "utilization", OfJobs<NodeUtilization>(ReadUtilizationAsync))
            .Bind("Job", "workerChanges", OfJobs<WorkerChange>(ReadWorkerChangesAsync))
            .Bind("Job", "similarJobs", OfJobs<SimilarJob>(ReadSimilarAsync))
            .Bind("Job", "remainingTime", FieldResolver.FromBatch(ReadRemainingAsync))
            .Bind("Query", "jobMaxima", FieldResolver.FromRequest(context => ReadMaximaAsync(mapped, context)));
    }

    private static async Task<Func<long, IReadOnlyList<NodeUtilization>>> ReadUtilizationAsync(long[] jobs, StepContext context)
    {
        var records = Records(context);
        var bounds = new UtilizationBounds(Number("hotCpu"), Number("hotMemory"), Number("coldCpu"), Number("coldMemory"));
        var asked = RequestedResources.ReadAsync(context.Request, jobs);
        var last = await RuntimeReader.ReadLastAsync(context.Request, jobs, records).ConfigureAwait(false);
        var requested = await asked.ConfigureAwait(false);
        return job => NodeUtilization.Of(last[job], role => requested[(job, role)], bounds);

        double Number(string name) => (double)context.Arguments.Get<object>(name)!;
    }

    private static async Task<Func<long, IReadOnlyList<WorkerChange>>> ReadWorkerChangesAsync(long[] jobs, StepContext context)
    {
        var records = Records(context);
        var changes = jobs.ToDictionary(job => job, _ => new WorkerChanges(records));
        await RuntimeReader.ReadWorkersAsync(context.Request, jobs, (record, workers) => changes[record.JobId].Add(record, workers)).ConfigureAwait(false);
        return job => changes[job].Changes;
    }

    private static async Task<Func<long, IReadOnlyList<SimilarJob>>> ReadSimilarAsync(long[] jobs, StepContext context)
    {
        var (within, first) = ((TimeSpan)context.Arguments.Get<object>("within")!, (int)context.Arguments.Get<object>("first")!);
        if (within <= TimeSpan.Zero || first is < 1 or > MostRecords)
        {
            throw within <= TimeSpan.Zero
                ? ArgumentErrors.BadInput("within", "`within` must be longer than nothing.")
                : ArgumentErrors.BadInput("first", $"`first` must be from 1 to {MostRecords}.");
        }

        // Moments are microseconds here, lengths of time as well: exact for thousands of years.
        var sql = new SqlBuilder(Store.Postgres)
            .Append("SELECT j.id, s.id, (extract(epoch FROM s.creation_time - j.creation_time) * 1000000)::bigint FROM job j CROSS JOIN LATERAL (SELECT id, creation_time FROM job WHERE scenario = j.scenario AND id <> j.id AND lifecycle_stage = 'ACTIVE' AND creation_time BETWEEN j.creation_time - ")
            .AppendParameter(within, SqlType.Interval).Append(" AND j.creation_time + ").AppendParameter(within, SqlType.Interval)
            .Append(" ORDER BY abs(extract(epoch FROM creation_time - j.creation_time)), id LIMIT ").AppendParameter((long)first, SqlType.Int64)
            .Append(") AS s WHERE j.id = ANY (").AppendParameter(jobs, SqlType.Int64, isArray: true).Append(")");
        var columns = await context.Request.Get<StoreSessions>().Postgres.AskIntegersAsync(sql, columns: 3).ConfigureAwait(false);
        var similar = Enumerable.Range(0, columns[0].Length).ToLookup(row => columns[0][row], row => new SimilarJob(columns[1][row], TimeSpan.FromMicroseconds(columns[2][row])));
        return job => [.. similar[job]];
    }

    private static async ValueTask<Column> ReadRemainingAsync(ObjectBatch parents, StepContext context)
    {
        var ids = MappedRows.From(parents).Int64("id").ToArray();
        long[] jobs = [.. ids.Distinct()];
        var asked = RequestedResources.ReadLastStepsAsync(context.Request, jobs);
        var last = await RuntimeReader.ReadLastAsync(context.Request, jobs, 3).ConfigureAwait(false);
        var steps = await asked.ConfigureAwait(false);
        var remaining = Array.ConvertAll(ids, job => Remaining(steps.GetValueOrDefault(job, double.NaN), [.. last[job]]));
        return new DurationColumn(Array.ConvertAll(remaining, time => time ?? default), Array.ConvertAll(remaining, time => time is null));
    }

    /// <summary>How long a job will still train; null if its steps or its speed are not known, or it does not advance.</summary>
    private static TimeSpan? Remaining(double lastStep, RuntimeRecord[] last)
    {
        double[] speeds = [.. last.Select(record => record.Speed).Where(double.IsFinite)];
        if (double.IsNaN(lastStep) || speeds.Length == 0 || speeds.Average() <= 0)
        {
            return null;
        }

        var seconds = Math.Max(lastStep - last[0].GlobalStep, 0) / speeds.Average();
        return seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    private static async ValueTask<JobMaxima> ReadMaximaAsync(MappedResolvers mapped, StepContext context)
    {
        var (jobs, hasMore) = await mapped.SelectKeysAsync(context.Request, "Job", context.Arguments.Get<ArgumentValues>("where"), null, MostJobs).ConfigureAwait(false);
        if (hasMore)
        {
            throw new GraphQLException(new GraphQLError($"More than {MostJobs} jobs are meant; narrow them with `where`.", ErrorCodes.LimitExceeded));
        }

        var maxima = await RuntimeReader.ReadMaximaAsync(context.Request, jobs).ConfigureAwait(false);
        return new JobMaxima(jobs.Length, Known(maxima.WorkerCpu), Known(maxima.WorkerMemory), Known(maxima.PsCpu), Known(maxima.PsMemory));

        static double? Known(double value) => double.IsNaN(value) ? null : value;
    }

    private static int Records(StepContext context) => (int)context.Arguments.Get<object>("records")! is var records and >= 1 and <= MostRecords
        ? records
        : throw ArgumentErrors.BadInput("records", $"`records` must be from 1 to {MostRecords}.");

    /// <summary>A list for each job of a batch, of objects that C# makes.</summary>
    private static FieldResolver OfJobs<T>(Func<long[], StepContext, Task<Func<long, IReadOnlyList<T>>>> read) => FieldResolver.FromBatch(async (parents, context) =>
    {
        var ids = MappedRows.From(parents).Int64("id").ToArray();
        var answer = await read([.. ids.Distinct()], context).ConfigureAwait(false);
        var items = new List<T>();
        var offsets = new int[ids.Length + 1];
        for (var i = 0; i < ids.Length; i++)
        {
            items.AddRange(answer(ids[i]));
            offsets[i + 1] = items.Count;
        }

        return new ListColumn(offsets, new ObjectColumn(ObjectBatch.Of((ObjectType)context.Field.Definition.Type.Named, items.ToArray())));
    });
}
