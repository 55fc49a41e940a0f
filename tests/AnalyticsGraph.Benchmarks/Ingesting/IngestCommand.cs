using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using AnalyticsGraph.Benchmarks.Measuring;
using AnalyticsGraph.Benchmarks.Servers;
using Spectre.Console;

namespace AnalyticsGraph.Benchmarks.Ingesting;

/// <summary>How fast points are taken, acknowledged durable: by the graph, and in bulk, beside a bare insert into the same table.</summary>
internal static class IngestCommand
{
    private const int Clients = 4;
    private const int PointsPerRequest = 1000;
    private const int RowsPerBlock = 100_000;
    private const int MostWarmUps = 10;
    private const int FewMethods = 60;
    private const int MostLooks = 60;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1.5);

    public static Command Make()
    {
        var seconds = new Option<double>("--seconds") { Description = "How long each line is measured.", DefaultValueFactory = _ => 5 };
        var only = new Option<string[]>("--only") { Description = "Only lines whose names contain one of these.", DefaultValueFactory = _ => [""], HelpName = "TEXT", AllowMultipleArgumentsPerToken = true };
        var command = new Command("ingest", "How fast points are taken: logBatch and /ingest, beside a bare insert into the same table.") { seconds, only };
        command.SetAction(async parsed =>
        {
            var folder = Directory.CreateTempSubdirectory("analyticsgraph-ingest-").FullName;
            try
            {
                await using var server = await ChildProcess.StartAsync(AnsiConsole.WriteLine, "ingest", folder);
                await new Run(server, TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(only)!).MeasureAsync();
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        });
        return command;
    }

    private sealed class Run(ChildProcess server, TimeSpan duration, string[] only)
    {
        private readonly HttpClient _http = new() { BaseAddress = server.Address, Timeout = TimeSpan.FromMinutes(5) };
        private readonly Table _table = new Table().AddColumns("", "result", "bar", "server CPU a point", "engines' CPU a point", "allocated a point", "remarks");

        public async Task MeasureAsync()
        {
            await WarmUpAsync();
            foreach (var (keys, bar) in new[] { (1, "300,000/s"), (10, "300,000/s"), (1000, "40,000/s") })
            {
                await RateAsync($"ndjson, {keys} keys", bar, keys, PointBodies.Ndjson);
                await RateAsync($"logBatch, {keys} keys", bar, keys, PointBodies.LogBatch);
            }

            if (IsWanted("native"))
                await NativeAsync();
            if (IsWanted("one metric"))
                await OneMetricAsync();
            if (IsWanted("retry"))
                await RetryAsync();
            AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 180);
            AnsiConsole.Write(_table);
            AnsiConsole.WriteLine($"{Environment.ProcessorCount} processors; load average {(await File.ReadAllTextAsync("/proc/loadavg")).Split(' ')[0]}");
        }

        /// <summary>Both ways of points, until the JIT has next to nothing left to compile: how fast a server becomes fast is another question.</summary>
        private async Task WarmUpAsync()
        {
            for (var (round, compiled) = (0, long.MaxValue); round < MostWarmUps && compiled > FewMethods; round++)
            {
                var before = await server.ConsumptionAsync();
                foreach (var make in new[] { PointBodies.Ndjson, PointBodies.LogBatch })
                {
                    var clients = await OpenAsync(10, make);
                    await LoadAsync(clients, WarmUp);
                    Close(clients);
                }

                compiled = (await server.ConsumptionAsync() - before).CompiledMethods;
            }
        }

        private async Task<List<(Connection Connection, PointBodies Bodies)>> OpenAsync(int keys, Func<Uri, string, int, int, int, PointBodies> make)
        {
            var clients = new List<(Connection Connection, PointBodies Bodies)>();
            for (var i = 0; i < Clients; i++)
                clients.Add((await Connection.OpenAsync(server.Address), make(server.Address, await CreateRunAsync(), PointsPerRequest, keys, i)));
            return clients;
        }

        private static void Close(List<(Connection Connection, PointBodies Bodies)> clients)
        {
            foreach (var (connection, _) in clients)
                connection.Dispose();
        }

        private bool IsWanted(string name) => only.Any(part => name.Contains(part, StringComparison.Ordinal));

        private async Task RateAsync(string name, string bar, int keys, Func<Uri, string, int, int, int, PointBodies> make)
        {
            if (!IsWanted(name))
                return;
            var clients = await OpenAsync(keys, make);
            await LoadAsync(clients, duration / 2);
            await FlushedAsync();
            var (before, consumed) = (ProcessTree.ProcessorTime(server.ProcessId), await server.ConsumptionAsync());
            var start = Stopwatch.GetTimestamp();
            var points = await LoadAsync(clients, duration) * PointsPerRequest;
            var elapsed = Stopwatch.GetElapsedTime(start);
            var pending = await _http.GetStringAsync(IngestServer.PendingPath);
            await FlushedAsync();
            var (after, allocated) = (ProcessTree.ProcessorTime(server.ProcessId), (await server.ConsumptionAsync() - consumed).AllocatedBytes);
            Add(name, $"{points / elapsed.TotalSeconds:N0}/s", bar, after.Own - before.Own, after.Descendants - before.Descendants, points, string.Create(CultureInfo.InvariantCulture, $"{allocated / (double)points:N0} B"), $"{long.Parse(pending, CultureInfo.InvariantCulture) >> 20} MiB waited at the end");
            Close(clients);
        }

        private async Task<long> LoadAsync(List<(Connection Connection, PointBodies Bodies)> clients, TimeSpan time)
        {
            var start = Stopwatch.GetTimestamp();
            var counts = await Task.WhenAll(clients.Select(async client =>
            {
                await Task.Yield();
                var count = 0L;
                for (; Stopwatch.GetElapsedTime(start) < time; count++)
                    Require(await client.Connection.SendAsync(client.Bodies.Next()));
                return count;
            }));
            return counts.Sum();
        }

        private async Task NativeAsync()
        {
            var run = await CreateRunAsync();
            using var raw = new HttpClient(new SocketsHttpHandler { ConnectCallback = await RawAsync() }) { Timeout = TimeSpan.FromMinutes(5) };
            var rows = PointBodies.Rows(RowsPerBlock, 10, 1, 7);
            var (ours, bare) = (new List<double>(), new List<double>());
            var (own, engines, step, requests) = (TimeSpan.Zero, TimeSpan.Zero, 0L, 0);
            var rounds = Math.Max(3, (int)duration.TotalSeconds * 2);
            for (var round = 0; round < rounds; round++)
            {
                var blocks = Enumerable.Range(0, 5).Select(i => PointBodies.Native(RowsPerBlock, 10, step + (i * RowsPerBlock / 10), round)).ToArray();
                step += blocks.Length * RowsPerBlock / 10;
                var before = ProcessTree.ProcessorTime(server.ProcessId);
                ours.Add(await RateAsync(blocks.Length, i => PostAsync(_http, $"ingest/metrics?format=Native&runId={Uri.EscapeDataString(run)}", blocks[i])));
                await FlushedAsync();
                var after = ProcessTree.ProcessorTime(server.ProcessId);
                (own, engines, requests) = (own + after.Own - before.Own, engines + after.Descendants - before.Descendants, requests + blocks.Length);
                bare.Add(await RateAsync(blocks.Length, _ => PostAsync(raw, "http://localhost/?insert_deduplicate=0&query=INSERT%20INTO%20metric_point%20FORMAT%20Native", rows)));
            }

            var (mine, others) = (Spread.Of(ours.Skip(1)).Median, Spread.Of(bare.Skip(1)).Median);
            Add("native, 100,000 rows", $"{mine / others:0.00} of the bare insert", "0.5", own, engines, (long)requests * RowsPerBlock, "", $"{mine:N0}/s : {others:N0}/s");
        }

        private static async Task<double> RateAsync(int count, Func<int, Task> send)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < count; i++)
                await send(i);
            return count * RowsPerBlock / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        private async Task OneMetricAsync()
        {
            await RestedAsync();
            using var connection = await Connection.OpenAsync(server.Address);
            var bodies = PointBodies.LogBatch(server.Address, await CreateRunAsync(), 1, 1, 3);
            for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < duration / 2;)
                Time(connection, bodies.Next());
            var before = ProcessTree.ProcessorTime(server.ProcessId);
            var times = new List<double>();
            for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < duration;)
                times.Add(Time(connection, bodies.Next()));
            var after = ProcessTree.ProcessorTime(server.ProcessId);
            Add("one metric by logBatch, one client", $"{Spread.Of(times).Median:0.00} ms", "1 ms", after.Own - before.Own, after.Descendants - before.Descendants, times.Count, "", $"");
        }

        /// <summary>Batches that are stored already, on a series of a million points.</summary>
        private async Task RetryAsync()
        {
            var run = await CreateRunAsync();
            for (var i = 0; i < 10; i++)
                await PostAsync(_http, $"ingest/metrics?format=Native&runId={Uri.EscapeDataString(run)}", PointBodies.Native(RowsPerBlock, 1, i * RowsPerBlock, i));
            await FlushedAsync();
            using var connection = await Connection.OpenAsync(server.Address);
            var bodies = PointBodies.LogBatch(server.Address, run, PointsPerRequest, 1, 5);
            foreach (var (name, token) in new[] { ("retry of a batch on 1,000,000 points", (string?)null), ("retry, by its client token", "token") })
            {
                var (first, again) = (new List<double>(), new List<double>());
                for (var i = 0; i < Math.Max(10, duration.TotalSeconds * 10); i++)
                {
                    var request = token is null ? bodies.Next() : WithToken(bodies.Next(), $"{token}-{i}");
                    first.Add(Time(connection, request));
                    again.Add(Time(connection, request));
                }

                var (one, other) = (Spread.Of(again.Skip(5)).Median, Spread.Of(first.Skip(5)).Median);
                _table.AddRow(name, $"{one / other:0.00} of the first", "1", "", "", "", string.Create(CultureInfo.InvariantCulture, $"{one:0.00} ms : {other:0.00} ms"));
            }
        }

        private static ReadOnlyMemory<byte> WithToken(ReadOnlyMemory<byte> request, string token)
        {
            var text = System.Text.Encoding.ASCII.GetString(request.Span);
            var body = text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
            var longer = body.Replace("\"metrics\":[", $"\"clientToken\":\"{token}\",\"metrics\":[", StringComparison.Ordinal);
            return System.Text.Encoding.ASCII.GetBytes(text.Replace($"Content-Length: {body.Length}", $"Content-Length: {longer.Length}", StringComparison.Ordinal).Replace(body, longer, StringComparison.Ordinal));
        }

        private static double Time(Connection connection, ReadOnlyMemory<byte> request)
        {
            var start = Stopwatch.GetTimestamp();
            Require(connection.Send(request));
            return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        private static void Require(ReadOnlyMemory<byte> answer)
        {
            if (answer.Span.IndexOf("\"errors\":[{"u8) >= 0)
                throw new InvalidDataException(System.Text.Encoding.UTF8.GetString(answer.Span));
        }

        private static async Task PostAsync(HttpClient http, string path, byte[] body)
        {
            using var content = new ByteArrayContent(body);
            using var response = await http.PostAsync(path, content);
            if (!response.IsSuccessStatusCode)
                throw new InvalidDataException(await response.Content.ReadAsStringAsync());
        }

        /// <summary>Waits until all is in ClickHouse, so that the next line does not pay for this one.</summary>
        private async Task FlushedAsync()
        {
            while (await _http.GetStringAsync(IngestServer.PendingPath) != "0")
                await Task.Delay(20);
        }

        /// <summary>Waits until the stores have done what earlier lines left them to do in the background, merging most of all: a minute at most.</summary>
        private async Task RestedAsync()
        {
            await FlushedAsync();
            for (var (look, busy) = (0, TimeSpan.MaxValue); look < MostLooks && busy > Look / 10; look++)
            {
                var before = ProcessTree.ProcessorTime(server.ProcessId).Descendants;
                await Task.Delay(Look);
                busy = ProcessTree.ProcessorTime(server.ProcessId).Descendants - before;
            }
        }

        private async Task<Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>> RawAsync()
        {
            var path = await _http.GetStringAsync(IngestServer.SocketPath);
            return async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            };
        }

        private async Task<string> CreateRunAsync()
        {
            var experiment = await AskAsync("createExperiment(input: {name: \"" + Guid.NewGuid() + "\"}) { experiment { id } }");
            var run = await AskAsync("createRun(input: {experimentId: \"" + experiment.GetProperty("createExperiment").GetProperty("experiment").GetProperty("id").GetString() + "\"}) { run { id } }");
            return run.GetProperty("createRun").GetProperty("run").GetProperty("id").GetString()!;
        }

        private async Task<JsonElement> AskAsync(string mutation)
        {
            using var response = await _http.PostAsJsonAsync("graphql", new { query = $"mutation {{ {mutation} }}" });
            return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("data");
        }

        private void Add(string name, FormattableString result, string bar, TimeSpan own, TimeSpan engines, long points, string allocated, FormattableString remarks) => _table.AddRow(
            name, result.ToString(CultureInfo.InvariantCulture), bar, $"{own.TotalMicroseconds / points:0.00} µs", $"{engines.TotalMicroseconds / points:0.00} µs", allocated, remarks.ToString(CultureInfo.InvariantCulture));
    }
}
