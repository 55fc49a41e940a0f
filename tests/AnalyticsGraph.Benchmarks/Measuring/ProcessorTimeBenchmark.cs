using System.Text;
using System.Text.Json;
using AnalyticsGraph.Benchmarks.Servers;

namespace AnalyticsGraph.Benchmarks.Measuring;

/// <summary>Compares what two endpoints of one child process consume for the same answer, in paired rounds that take turns in going first.</summary>
internal sealed class ProcessorTimeBenchmark(ChildProcess child, int rounds)
{
    private const int Connections = 32;
    private const int MostWarmUps = 12;

    /// <summary>Measures.</summary>
    /// <param name="name">The line's name.</param>
    /// <param name="query">The GraphQL document.</param>
    /// <param name="bare">The path of the endpoint written by hand.</param>
    /// <param name="requests">How many requests of each kind a round has.</param>
    /// <exception cref="InvalidDataException">The endpoints' answers differ.</exception>
    public Task<Finding> RunAsync(string name, string query, string bare, int requests)
    {
        var body = JsonSerializer.Serialize(new { query });
        return RunAsync(name, ("/graphql", body), (bare, body), requests);
    }

    /// <summary>Measures two requests that have the same answer.</summary>
    /// <param name="name">The line's name.</param>
    /// <param name="one">The path and the body of the request that is measured.</param>
    /// <param name="other">Those of the one it is compared with.</param>
    /// <param name="requests">How many requests of each kind a round has.</param>
    /// <exception cref="InvalidDataException">The answers differ.</exception>
    public async Task<Finding> RunAsync(string name, (string Path, string Body) one, (string Path, string Body) other, int requests)
    {
        var graphQL = Connection.Request(child.Address, one.Path, one.Body);
        var byHand = Connection.Request(child.Address, other.Path, other.Body);
        var length = await RequireSameAnswersAsync(graphQL, byHand);
        using var load = await Load.OpenAsync(child.Address, Connections);
        await WarmUpAsync(load, graphQL, byHand, requests);

        var pairs = new List<(Consumption GraphQL, Consumption Bare)>();
        for (var round = 0; round < rounds; round++)
        {
            var first = await MeasureAsync(load, round % 2 == 0 ? graphQL : byHand, requests);
            var second = await MeasureAsync(load, round % 2 == 0 ? byHand : graphQL, requests);
            pairs.Add(round % 2 == 0 ? (first, second) : (second, first));
        }

        return new Finding(name, "server CPU", Spread.Of(pairs.Select(pair => pair.GraphQL.ProcessorTime / pair.Bare.ProcessorTime)),
            $"{Microseconds(pairs.Select(pair => pair.GraphQL)):0.0} µs", $"{Microseconds(pairs.Select(pair => pair.Bare)):0.0} µs",
            $"{Bytes(pairs.Select(pair => pair.GraphQL)):N0} B : {Bytes(pairs.Select(pair => pair.Bare)):N0} B; answer {length:N0} B");

        double Microseconds(IEnumerable<Consumption> measured) => Spread.Of(measured.Select(m => m.ProcessorTime.TotalMicroseconds / requests)).Median;
        double Bytes(IEnumerable<Consumption> measured) => Spread.Of(measured.Select(m => (double)m.AllocatedBytes / requests)).Median;
    }

    private async Task<int> RequireSameAnswersAsync(byte[] graphQL, byte[] byHand)
    {
        using var connection = await Connection.OpenAsync(child.Address);
        var expected = (await connection.SendAsync(graphQL)).ToArray();
        var actual = await connection.SendAsync(byHand);
        var same = actual.Span.CommonPrefixLength(expected);
        return same == expected.Length && same == actual.Length
            ? same
            : throw new InvalidDataException($"The endpoints answer differently from byte {same} on.\nGraphQL: {Excerpt(expected)}\nby hand: {Excerpt(actual.Span)}");

        string Excerpt(ReadOnlySpan<byte> answer) => Encoding.UTF8.GetString(answer[Math.Max(0, same - 50)..Math.Min(answer.Length, same + 50)]);
    }

    /// <summary>Until the JIT has nothing left to compile: by then all that is hot runs in its last tier.</summary>
    private async Task WarmUpAsync(Load load, byte[] graphQL, byte[] byHand, int requests)
    {
        for (var i = 0; i < MostWarmUps; i++)
        {
            var before = await child.ConsumptionAsync();
            await load.RunAsync(graphQL, requests);
            await load.RunAsync(byHand, requests);
            var spent = await child.ConsumptionAsync() - before;
            if (i > 1 && spent.CompiledMethods < 5)
            {
                return;
            }
        }
    }

    private async Task<Consumption> MeasureAsync(Load load, byte[] request, int requests)
    {
        var before = await child.ConsumptionAsync();
        await load.RunAsync(request, requests);
        return await child.ConsumptionAsync() - before;
    }
}
