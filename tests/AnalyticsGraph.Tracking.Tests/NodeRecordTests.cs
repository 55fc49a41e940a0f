using System.Text;
using AnalyticsGraph.Tracking.Ingest;

namespace AnalyticsGraph.Tracking.Tests;

/// <summary>Rows of nodes that become records of jobs.</summary>
public sealed class NodeRecordTests
{
    private readonly NodeRecords _records = new(mostNodes: 3);

    [Fact]
    public void Others_Should_BeTakenForWhole_When_TooManyNodesAreOpen()
    {
        Add(job: 1, time: 0, "a", "b");
        Add(job: 2, time: 0, "a");
        Assert.Empty(Take(all: false));
        Add(job: 2, time: 0, "b");
        Assert.Equal([(1L, 2)], Take(all: false));

        // Of that record no more may come, but the job goes on.
        var refused = Assert.Throws<IngestException>(() => Add(job: 1, time: 0, "c"));
        Assert.Equal(((long?)1, "time"), (refused.Row, refused.Column));
        Assert.Contains("the rows of a record must stand together", refused.Message, StringComparison.Ordinal);
        Add(job: 1, time: 1, "a");
        Assert.Equal([(1L, 1), (2L, 2)], Take(all: true).Order());
    }

    [Fact]
    public void Record_Should_BeRefused_When_ItAloneHasTooManyNodes()
    {
        var refused = Assert.Throws<IngestException>(() => Add(job: 1, time: 0, "a", "b", "c", "d"));

        Assert.Equal(((long?)4, "node"), (refused.Row, refused.Column));
    }

    private void Add(long job, long time, params string[] nodes)
    {
        var chunk = new RowChunk(IngestStream.Find("node-usage")!);
        foreach (var node in nodes)
        {
            chunk.Begin();
            chunk.Set(chunk.Stream.IndexOf("time"), 1000 * time);
            chunk.Set(chunk.Stream.IndexOf("globalStep"), 0L);
            chunk.Set(chunk.Stream.IndexOf("role"), "worker"u8);
            chunk.Set(chunk.Stream.IndexOf("node"), Encoding.UTF8.GetBytes(node));
            chunk.Set(chunk.Stream.IndexOf("cpu"), 0.5);
            chunk.End();
        }

        for (var row = 0; row < chunk.Count; row++)
            _records.Add(chunk, row, job);
    }

    private List<(long Job, int Nodes)> Take(bool all) => [.. _records.Take(all).Select(taken => (taken.Job, taken.Record.WorkerCpu.Count))];
}
