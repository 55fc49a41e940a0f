using System.CommandLine;
using System.Globalization;
using AnalyticsGraph.GraphQL.Fuzz.Documents;
using AnalyticsGraph.GraphQL.Fuzz.Http;
using AnalyticsGraph.GraphQL.Fuzz.Running;
using AnalyticsGraph.GraphQL.Fuzz.Sockets;
using AnalyticsGraph.GraphQL.Fuzz.Streams;

// Tries damaged documents, requests, messages or streams; see the options. The exit code is 1 when something failed.
var seed = new Option<int>("--seed") { Description = "Begins another series of inputs.", DefaultValueFactory = _ => 1 };
var from = new Option<long>("--from") { Description = "The number of the first input: to repeat a failure, with --count 1." };
var count = new Option<long>("--count") { Description = "How many inputs.", DefaultValueFactory = _ => 10_000 };
var seconds = new Option<int>("--seconds") { Description = "Ends earlier than the count when this time is over.", DefaultValueFactory = _ => 3_600 };
var threads = new Option<int>("--threads") { Description = "How many inputs are tried at once.", DefaultValueFactory = _ => Environment.ProcessorCount };
var trace = new Option<string?>("--trace") { Description = "A file that keeps the numbers under way, 8 bytes each, in case the process dies.", HelpName = "FILE" };

var root = new RootCommand("Tries damaged input on the engine: no crash, no fault of the server, no second of the processor's time, no growth of memory.");
Add("documents", "Documents in process: parsed, printed, validated, planned, executed.", number => new DocumentFuzzer(number));
Add("http", "Requests over loopback to the endpoint on Kestrel: single, in lists, by hash or name.", number => new HttpFuzzer(number));
Add("sockets", "WebSockets: frames and messages, sound and damaged, in any order.", number => new SocketFuzzer(number));
Add("streams", "Responses in parts and event streams, whose clients go away in the middle.", number => new StreamFuzzer(number));
return await root.Parse(args).InvokeAsync();

void Add(string name, string description, Func<int, IFuzzer> make)
{
    var command = new Command(name, description) { seed, from, count, seconds, threads, trace };
    command.SetAction(parsed =>
    {
        var fuzzer = make(parsed.GetValue(seed));
        using var disposable = fuzzer as IDisposable;
        var options = new FuzzOptions(parsed.GetValue(from), parsed.GetValue(count), TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(threads), parsed.GetValue(trace));
        var report = new FuzzRun(fuzzer, options).Run(Console.WriteLine);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {parsed.GetValue(seed)}: {report}"));
        return report.IsSound ? 0 : 1;
    });
    root.Add(command);
}
