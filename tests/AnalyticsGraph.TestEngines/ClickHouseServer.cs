using System.Data.Common;
using System.Net.Sockets;

namespace AnalyticsGraph.TestEngines;

/// <summary>Statements to a LocalClickHouse, by plain HTTP over its socket, in the connection string's database: the project's own client is under test elsewhere.</summary>
internal sealed class ClickHouseServer : IAsyncDisposable
{
    private readonly string _connectionString;
    private readonly Uri _address;
    private readonly HttpClient _http;

    internal ClickHouseServer(string connectionString)
    {
        _connectionString = connectionString;
        var settings = new DbConnectionStringBuilder { ConnectionString = connectionString };
        var socket = (string)settings["Socket"];
        _address = new Uri($"http://localhost/?database={settings["Database"]}");
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation);
                    return new NetworkStream(connection, ownsSocket: true);
                }
                catch
                {
                    connection.Dispose();
                    throw;
                }
            },
        });
    }

    internal string ConnectionStringFor(string database) => new DbConnectionStringBuilder { ConnectionString = _connectionString, ["Database"] = database }.ConnectionString;

    internal async Task<string> ExecuteAsync(string sql)
    {
        using var body = new StringContent(sql);
        using var response = await _http.PostAsync(_address, body);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? text : throw new InvalidOperationException($"ClickHouse answered {(int)response.StatusCode} to '{sql}': {text}");
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }
}
