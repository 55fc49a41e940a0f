using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AnalyticsGraph.LocalClickHouse.Tests;

/// <summary>Bodies as clients send them: compressed, in chunks, cut off, wrong.</summary>
[Collection(SharedServerTests.Name)]
public sealed class RequestBodyTests(SharedServer shared)
{
    private readonly LocalServer _server = shared.Server;

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    public async Task Insert_Should_TakeCompressedRows(string coding)
    {
        await _server.Query($"CREATE TABLE coded_{coding} (a UInt32) ORDER BY a");
        var rows = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 200_000).Select(i => $"{i}\n")));

        using var response = await _server.Insert($"INSERT INTO coded_{coding} FORMAT TSV", Compress(coding, rows), encoding: coding);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("200000\t199999\n", await _server.Query($"SELECT count(), max(a) FROM coded_{coding}"));
    }

    [Fact]
    public async Task Body_Should_BeRefused_When_ItIsNotWhatItsCodingSays()
    {
        using var broken = await _server.Insert("INSERT INTO FUNCTION null('a UInt8') FORMAT TSV", "no gzip at all"u8.ToArray(), encoding: "gzip");
        Assert.Equal(HttpStatusCode.BadRequest, broken.StatusCode);
        using var unknown = await _server.Insert("INSERT INTO FUNCTION null('a UInt8') FORMAT TSV", "1\n"u8.ToArray(), encoding: "snappy");
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, unknown.StatusCode);
        Assert.Equal("779", unknown.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
    }

    [Fact]
    public async Task Insert_Should_WriteNothing_When_TheBodyBreaksOff()
    {
        await _server.Query("CREATE TABLE broken_off (a UInt32) ORDER BY a");
        var address = new Uri(_server.Address);
        using (var socket = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            await socket.ConnectAsync(address.Host, address.Port);
            await socket.SendAsync("POST /?query=INSERT+INTO+broken_off+FORMAT+TSV&query_id=broken HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n1\n2\n3\n"u8.ToArray());
            while (await _server.Query("SELECT count() FROM system.processes WHERE query_id = 'broken'") == "0\n")
            {
            }
        }
        while (await _server.Query("SELECT count() FROM system.processes WHERE query_id = 'broken'") != "0\n")
        {
        }

        Assert.Equal("0\n", await _server.Query("SELECT count() FROM broken_off"));
    }

    [Fact]
    public async Task Request_Should_GiveUpItsThread_When_TheClientStopsSending()
    {
        var address = new Uri(_server.Address);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(address.Host, address.Port);
        await socket.SendAsync("POST /?http_receive_timeout=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nINSERT INTO"u8.ToArray());

        using var answer = new StreamReader(new NetworkStream(socket));
        Assert.Equal("HTTP/1.1 503 Service Unavailable", await answer.ReadLineAsync());
        Assert.Contains("Code: 209. DB::Exception: Timeout exceeded while receiving", await answer.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Statement_Should_End_When_TheClientStopsTaking()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/?http_send_timeout=1&query_id=untaken") { Content = new StringContent("SELECT number FROM system.numbers FORMAT RowBinary") };
        using var response = await _server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("1\n", await _server.Query("SELECT count() FROM system.processes WHERE query_id = 'untaken'"));

        while (await _server.Query("SELECT count() FROM system.processes WHERE query_id = 'untaken'") != "0\n")
        {
        }
        await Assert.ThrowsAnyAsync<IOException>(async () => await (await response.Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task Insert_Should_TakeRowsOneByteAtATime()
    {
        await _server.Query("CREATE TABLE drops (a UInt32, s String) ORDER BY a");
        var text = Encoding.ASCII.GetBytes("INSERT INTO drops (a, s) FORMAT CSV\r\n1,\"a\n\nb\"\n2,c\n");
        using var content = new StreamContent(new DrippingStream(text));

        using var response = await _server.Http.PostAsync("/", content);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("1\ta\\n\\nb\n2\tc\n", await _server.Query("SELECT * FROM drops ORDER BY a"));
    }

    [Fact]
    public async Task Statement_Should_BeJoined_When_HalfIsInTheUrl()
    {
        Assert.Equal("7\n", await (await _server.Http.PostAsync("/?query=SELECT+3+%2B", new StringContent("4 FORMAT CSV"))).Content.ReadAsStringAsync());
        Assert.Equal("7\n", await (await _server.Http.PostAsync("/?query=SELECT+7&default_format=CSV", new StringContent(""))).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task InsertSelect_Should_Run_When_ItIsOneStatement()
    {
        await _server.Query("CREATE TABLE selected (a UInt64) ORDER BY a");

        await _server.Query("INSERT INTO selected SELECT number FROM numbers({n:UInt8})", "param_n=5");
        await _server.Query("INSERT INTO selected WITH 9 AS x SELECT x");

        Assert.Equal("6\t19\n", await _server.Query("SELECT count(), sum(a) FROM selected"));
    }

    [Fact]
    public async Task InsertSelect_Should_TakeRowsOfTheBody_When_ItSelectsFromInput()
    {
        await _server.Query("CREATE TABLE from_input (a UInt64, b String) ORDER BY a");

        using var inUrl = await _server.Insert("INSERT INTO from_input SELECT a * 10, upper(b) FROM (SELECT * FROM input('a UInt8, b String')) WHERE a != {not:UInt8} FORMAT CSV", "1,x\n2,\"y\n\ny\"\n3,z\n"u8.ToArray(), "param_not=3");
        await _server.Query("INSERT INTO from_input (a, b) SELECT toUInt64(input.n), 'w' FROM input('n UInt8') AS input FORMAT TSV\n5\n");

        Assert.Equal(HttpStatusCode.OK, inUrl.StatusCode);
        Assert.Equal("5\tw\n10\tX\n20\tY\\n\\nY\n", await _server.Query("SELECT * FROM from_input ORDER BY a"));
        using var unnamed = await _server.Insert("INSERT INTO from_input SELECT * FROM input() FORMAT CSV", "1,x\n"u8.ToArray());
        Assert.Equal(HttpStatusCode.NotImplemented, unnamed.StatusCode);
    }

    [Theory]
    [InlineData("session_id=s", "501")]
    [InlineData("role=admin", "501")]
    [InlineData("client_protocol_version=54460", "501")]
    [InlineData("user=someone", "403")]
    public async Task Request_Should_BeToldWhatThisHostHasNot(string parameters, string status)
    {
        using var response = await _server.Post("SELECT 1", parameters);

        Assert.Equal(status, ((int)response.StatusCode).ToString());
    }

    [Fact]
    public async Task Text_Should_BeRefused_When_TheEngineFindsItTooLong()
    {
        using var response = await _server.Post($"SELECT '{new string('x', 300_000)}'");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);

        Assert.Equal("300000\n", await _server.Query($"SELECT length('{new string('x', 300_000)}')", "max_query_size=1000000"));
    }

    private static byte[] Compress(string coding, byte[] bytes)
    {
        var into = new MemoryStream();
        using (Stream stream = coding switch { "gzip" => new GZipStream(into, CompressionLevel.Fastest), "br" => new BrotliStream(into, CompressionLevel.Fastest), _ => new ZLibStream(into, CompressionLevel.Fastest) })
        {
            stream.Write(bytes);
        }
        return into.ToArray();
    }

    private sealed class DrippingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => base.ReadAsync(buffer[..1], cancellationToken);

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) => Drip(destination, cancellationToken);

        private async Task Drip(Stream destination, CancellationToken cancelled)
        {
            var one = new byte[1];
            while (await ReadAsync(one, cancelled) > 0)
            {
                await destination.WriteAsync(one, cancelled);
                await destination.FlushAsync(cancelled);
            }
        }
    }
}
