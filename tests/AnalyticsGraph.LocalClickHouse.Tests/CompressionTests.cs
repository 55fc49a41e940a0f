using System.Net;
using AnalyticsGraph.LocalClickHouse.Compression;
using AnalyticsGraph.LocalClickHouse.Native;

namespace AnalyticsGraph.LocalClickHouse.Tests;

/// <summary>ClickHouse's own compressed frames, and zstd where the system has it.</summary>
[Collection(SharedServerTests.Name)]
public sealed class CompressionTests(SharedServer shared)
{
    private readonly LocalServer _server = shared.Server;

    [Theory]
    [InlineData("CODEC(LZ4)", 1)]
    [InlineData("CODEC(LZ4)", 7)]
    [InlineData("CODEC(LZ4)", 23)]
    [InlineData("CODEC(LZ4)", 100)]
    [InlineData("CODEC(LZ4)", 300_000)]
    [InlineData("CODEC(NONE)", 12)]
    [InlineData("CODEC(NONE)", 300_000)]
    public async Task Insert_Should_TakeFrames_When_TheyAreTheEnginesOwn(string codec, int rows)
    {
        // A column's file in a wide part is such frames, written and check-summed by the engine, of just the bytes of RowBinary.
        var table = $"framed_{codec[6..^1]}_{rows}";
        await _server.Query($"CREATE TABLE {table} (a UInt8 {codec}) ORDER BY tuple() SETTINGS min_bytes_for_wide_part = 0");
        await _server.Query($"INSERT INTO {table} SELECT sipHash64(number) FROM numbers({rows})");
        var (sum, part) = (await _server.Query($"SELECT sum(a) FROM {table}"), await _server.Query($"SELECT path FROM system.parts WHERE table = '{table}' AND active"));
        var frames = await File.ReadAllBytesAsync(Path.Combine(part.Trim(), "a.bin"));

        await _server.Query($"TRUNCATE TABLE {table}");
        using var response = await _server.Insert($"INSERT INTO {table} FORMAT RowBinary", frames, "decompress=1");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal($"{rows}\t{sum}", await _server.Query($"SELECT count(), sum(a) FROM {table}"));

        frames[^1] ^= 1;
        using var damaged = await _server.Insert($"INSERT INTO {table} FORMAT RowBinary", frames, "decompress=1");
        Assert.Equal("271", damaged.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1_000_000)]
    public async Task Result_Should_ComeInFrames_When_TheClientAsks(int rows)
    {
        using var response = await _server.Post($"SELECT number FROM numbers({rows}) FORMAT RowBinary", "compress=1");
        var frames = await response.Content.ReadAsByteArrayAsync();

        var bytes = new MemoryStream();
        new FrameReadStream(new MemoryStream(frames)).CopyTo(bytes);
        Assert.Equal(rows * 8, bytes.Length);
        Assert.Equal(rows - 1, BitConverter.ToInt64(bytes.GetBuffer(), (rows - 1) * 8));
        Assert.True(rows < 100 || frames.Length < bytes.Length);
    }

    [Fact]
    public async Task Zstd_Should_GoBothWays_Or_BeRefusedClearly()
    {
        ChdbLibrary.Load(Libchdb.Path);
        if (!Zstd.Available)
        {
            using var refused = await _server.Insert("INSERT INTO FUNCTION null('a UInt64') FORMAT RowBinary", [1], encoding: "zstd");
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, refused.StatusCode);
            return;
        }
        using var request = new HttpRequestMessage(HttpMethod.Post, "/?enable_http_compression=1") { Content = new StringContent("SELECT number AS a FROM numbers(1000000) FORMAT Native") };
        request.Headers.AcceptEncoding.ParseAdd("zstd, gzip;q=0.5");
        using var response = await _server.Http.SendAsync(request);
        Assert.Equal(["zstd"], response.Content.Headers.ContentEncoding);
        var coded = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal([0x28, 0xB5, 0x2F, 0xFD], coded[..4]);

        await _server.Query("CREATE TABLE zstandard (a UInt64) ORDER BY a");
        using var inserted = await _server.Insert("INSERT INTO zstandard FORMAT Native", coded, encoding: "zstd");
        Assert.Equal(HttpStatusCode.OK, inserted.StatusCode);
        Assert.Equal("1000000\t1000000\n", await _server.Query("SELECT count(), uniqExact(a) FROM zstandard"));

        using var cut = await _server.Insert("INSERT INTO zstandard FORMAT Native", coded[..^100], encoding: "zstd");
        Assert.Equal(HttpStatusCode.BadRequest, cut.StatusCode);
        using var broken = await _server.Insert("INSERT INTO zstandard FORMAT Native", "no zstd"u8.ToArray(), encoding: "zstd");
        Assert.Equal(HttpStatusCode.BadRequest, broken.StatusCode);
    }
}
