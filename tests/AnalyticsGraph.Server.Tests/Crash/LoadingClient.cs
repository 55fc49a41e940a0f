using System.Globalization;
using System.Text;

namespace AnalyticsGraph.Server.Tests.Crash;

/// <summary>
/// A client that sends bodies of points to <c>/ingest</c> that are larger than one insert into ClickHouse may be: they are staged, acknowledged as one, and published by moving whole partitions. Each body is
/// sent again under its key until it is acknowledged, whatever dies meanwhile.
/// </summary>
/// <param name="graph">What it calls.</param>
/// <param name="run">Its own run, as the graph names it.</param>
internal sealed class LoadingClient(GraphCaller graph, string run)
{
    /// <summary>Points of a body; their steps follow those of the body before.</summary>
    public const int Points = 520_000;

    /// <summary>The metric.</summary>
    public const string Key = "loaded";

    private static readonly string[] ClearCodes = ["STORE_UNAVAILABLE", "RESOURCE_EXHAUSTED"];
    private byte[]? _body;

    /// <summary>How many bodies were acknowledged.</summary>
    public int Acknowledged { get; private set; }

    /// <summary>Whether the next body was sent and may be there: wholly, or not at all.</summary>
    public bool IsInDoubt => _body is not null;

    /// <summary>Whether a body is on its way.</summary>
    public bool IsSending { get; private set; }

    /// <summary>What the server should not have said.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Sends a body until it is acknowledged; one that was left in doubt before a new one.</summary>
    /// <param name="stop">Leaves it in doubt.</param>
    public async Task LoadAsync(CancellationToken stop)
    {
        var number = Acknowledged;
        _body ??= Make(number);
        while (!stop.IsCancellationRequested)
        {
            IsSending = true;
            var answer = await graph.PostAsync($"/ingest/metrics?runId={Uri.EscapeDataString(run)}", "text/csv", _body, $"body-{number}");
            IsSending = false;
            if (answer.Data is { } data)
            {
                if (data.GetProperty("rows").GetInt64() != Points || data.GetProperty("newRows").GetInt64() != Points)
                    Faults.Add($"Body {number} was answered {data}");
                (_body, Acknowledged) = (null, number + 1);
                return;
            }

            Faults.AddRange(answer.Codes.Where(code => !ClearCodes.Contains(code)).Select(code => $"Body {number} was answered {code}"));
            await Task.Delay(20, CancellationToken.None);
        }
    }

    private static byte[] Make(int number)
    {
        var text = new StringBuilder("key,step,value\n");
        for (var i = 0; i < Points; i++)
            text.Append(CultureInfo.InvariantCulture, $"{Key},{((long)number * Points) + i},{i % 1000}\n");
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
