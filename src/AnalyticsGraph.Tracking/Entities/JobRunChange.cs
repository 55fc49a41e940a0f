using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;

namespace AnalyticsGraph.Tracking.Entities;

/// <summary><c>linkRunToJob</c> and <c>unlinkRunFromJob</c>: that a job executed a run. Linking twice, or unlinking what is not linked, changes nothing.</summary>
/// <param name="isLinked">Which of both.</param>
/// <param name="input">Job and run.</param>
/// <param name="caller">Whose call it is.</param>
internal sealed class JobRunChange(bool isLinked, ArgumentValues input, Caller caller) : InputChange(isLinked ? "linkRunToJob" : "unlinkRunFromJob", input, caller)
{
    private string? _job;
    private string? _run;

    /// <summary>The run's internal id.</summary>
    public long Run => GivenKey("runId", "Run");

    public override void Prepare()
    {
        CheckToken();
        Answer = GivenKey("jobId", "Job");
        Ask(new Statement("SELECT lifecycle_stage FROM run WHERE id = ").Bind(Run).Add(" FOR SHARE"), row => _run = row.GetString(0));
        Ask(new Statement("SELECT lifecycle_stage FROM job WHERE id = ").Bind(Answer).Add(" FOR SHARE"), row => _job = row.GetString(0));
    }

    public override void Decide()
    {
        Check(_job, "job", "jobId");
        Check(_run, "run", "runId");
        if (Rules.Errors.Count > 0)
            return;
        Write(isLinked
            ? new Statement("INSERT INTO job_run (job_id, run_id) VALUES (").Bind(Answer).Add(", ").Bind(Run).Add(") ON CONFLICT DO NOTHING")
            : new Statement("DELETE FROM job_run WHERE job_id = ").Bind(Answer).Add(" AND run_id = ").Bind(Run));
    }

    private void Check(string? stage, string noun, string name)
    {
        if (stage is null)
            Rules.Add(new NotFoundError($"There is no such {noun}.", InputRules.Path("input", name)));
        else if (stage != "ACTIVE")
            Rules.Add(new NotActiveError($"The {noun} is deleted; restore it first.", InputRules.Path("input", name)));
    }
}
