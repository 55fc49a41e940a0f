using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using AnalyticsGraph.GraphQL.Fuzz.Documents;
using AnalyticsGraph.GraphQL.Fuzz.Running;
using AnalyticsGraph.GraphQL.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace AnalyticsGraph.GraphQL.Fuzz.Http;

/// <summary>Requests over loopback sockets to the endpoint on Kestrel: each is answered or refused, never with a 5xx, and nothing is logged as an error.</summary>
internal sealed class HttpFuzzer : IFuzzer, IDisposable
{
    // Closed connections keep a port for a minute: several addresses have several times the ports.
    private const int Addresses = 16;

    private readonly FaultLog _log = new();
    private readonly RequestSource _source;
    private readonly WebApplication _application;
    private readonly int _port;
    private readonly ConcurrentDictionary<int, long> _statuses = [];

    public HttpFuzzer(int seed)
    {
        var graph = new FuzzGraph(error => _log.Add($"{error.Field}: {error.Exception}"));
        _source = new RequestSource(new DocumentSource(graph.Schema, seed), seed);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(_log);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Any, 0));
        _application = builder.Build();
        _application.MapGraphQL("/graphql", graph.Executor, new GraphQLHttpOptions { ConfigureRequest = (_, context) => context.Set(graph.Root) });
        _application.StartAsync().GetAwaiter().GetResult();
        _port = new Uri(_application.Urls.Single()).Port;
    }

    public string Name => "connections with damaged requests";

    public string Remarks => "answers: " + string.Join(", ", _statuses.OrderBy(status => status.Key).Select(status => string.Create(CultureInfo.InvariantCulture, $"{status.Value} x {status.Key}")));

    public byte[] Make(long number) => _source.Make(number);

    public string? Try(long number, byte[] input)
    {
        var address = new IPAddress([127, 0, 0, (byte)(1 + (number % Addresses))]);
        if (RawConnection.Exchange(new IPEndPoint(address, _port), input) is not { } answer)
        {
            return "Neither answered nor closed.";
        }

        return Failed(answer) ?? _log.Take();
    }

    public void Dispose() => _application.DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>Counts the answers. Kestrel itself answers 505 to versions of HTTP that it does not speak, which is a refusal.</summary>
    private string? Failed(byte[] answer)
    {
        for (var at = 0; at < answer.Length;)
        {
            var found = answer.AsSpan(at).IndexOf("HTTP/1.1 "u8);
            if (found < 0)
            {
                break;
            }

            at += found + 9;
            if (at + 3 <= answer.Length && int.TryParse(answer.AsSpan(at, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            {
                _statuses.AddOrUpdate(status, 1, (_, count) => count + 1);
                if (status >= 500 && status != (int)HttpStatusCode.HttpVersionNotSupported)
                {
                    return Encoding.UTF8.GetString(answer);
                }
            }
        }

        return null;
    }
}
