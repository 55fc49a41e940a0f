using System.Data.Common;
using System.Net.Sockets;

namespace AnalyticsGraph.Server.Tests.Running;

/// <summary>What ClickHouse itself writes in one of its formats.</summary>
internal static class ClickHouseBytes
{
    public static async Task<byte[]> AskAsync(string connectionString, string sql, string format)
    {
        var settings = new DbConnectionStringBuilder { ConnectionString = connectionString };
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint((string)settings["Socket"]), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        using var body = new StringContent(sql);
        using var response = await http.PostAsync(new Uri($"http://localhost/?database={settings["Database"]}&default_format={format}"), body);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadAsByteArrayAsync();
    }
}
