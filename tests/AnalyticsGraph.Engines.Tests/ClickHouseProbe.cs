using System.Data.Common;
using System.Net.Sockets;

namespace AnalyticsGraph.Engines.Tests;

/// <summary>Speaks to LocalClickHouse by plain HTTP over its socket, in the connection string's database.</summary>
internal sealed class ClickHouseProbe : IAsyncDisposable
{
    private readonly HttpClient _http;
    private readonly string _database;

    internal ClickHouseProbe(string connectionString)
    {
        var builder = new DbConnectionStringBuilder { ConnectionString = connectionString };
        var socket = (string)builder["Socket"];
        _database = (string)builder["Database"];
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation);
                return new NetworkStream(connection, ownsSocket: true);
            },
        });
    }

    internal async Task<string> ExecuteAsync(string sql)
    {
        using var body = new StringContent(sql);
        using var response = await _http.PostAsync(new Uri($"http://localhost/?database={_database}"), body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return text;
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }
}
