namespace AnalyticsGraph.Server.Tests.Observability;

/// <summary>Waits for what the server does by itself.</summary>
internal static class Poll
{
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            Assert.False(limit.IsCancellationRequested, $"Waited in vain: {what}.");
            await Task.Delay(20);
        }
    }
}
