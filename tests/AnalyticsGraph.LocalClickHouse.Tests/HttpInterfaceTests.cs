using System.Net;
using System.Text;

namespace AnalyticsGraph.LocalClickHouse.Tests;

[Collection(SharedServerTests.Name)]
public sealed class HttpInterfaceTests(SharedServer shared)
{
    private readonly LocalServer _server = shared.Server;

    [Fact]
    public async Task Ping_Should_SayOk()
    {
        Assert.Equal("Ok.\n", await _server.Http.GetStringAsync("/ping"));
        Assert.Equal("Ok.\n", await _server.Http.GetStringAsync("/replicas_status"));
    }

    [Fact]
    public async Task Query_Should_BindParameters_When_TheyAreInTheUrl()
    {
        Assert.Equal("42\to\\'clock\t[1,2]\n", await _server.Query("SELECT {a:Int64} + 1, {b:String}, {c:Array(UInt8)}", "param_a=41&param_b=o'clock&param_c=[1,2]"));
    }

    [Fact]
    public async Task Query_Should_AnswerWithClickHouseHeaders()
    {
        using var response = await _server.Post("SELECT number FROM numbers(3) FORMAT JSONEachRow", "query_id=mine-1");

        Assert.Equal("mine-1", response.Headers.GetValues("X-ClickHouse-Query-Id").Single());
        Assert.Equal("JSONEachRow", response.Headers.GetValues("X-ClickHouse-Format").Single());
        Assert.NotEmpty(response.Headers.GetValues("X-ClickHouse-Timezone").Single());
        Assert.Contains("\"result_rows\":\"3\"", response.Headers.GetValues("X-ClickHouse-Summary").Single(), StringComparison.Ordinal);
        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("SELECT * FROM missing", HttpStatusCode.NotFound, "60", "(UNKNOWN_TABLE)")]
    [InlineData("SELEC 1", HttpStatusCode.BadRequest, "62", "(SYNTAX_ERROR)")]
    [InlineData("SELECT throwIf(1)", HttpStatusCode.InternalServerError, "395", "(FUNCTION_THROW_IF_VALUE_IS_NON_ZERO)")]
    [InlineData("", HttpStatusCode.BadRequest, "62", "(SYNTAX_ERROR)")]
    public async Task Query_Should_AnswerWithCodeAndStatus_When_TheStatementFails(string sql, HttpStatusCode status, string code, string name)
    {
        using var response = await _server.Post(sql);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(code, response.Headers.GetValues("X-ClickHouse-Exception-Code").Single());
        var text = await response.Content.ReadAsStringAsync();
        Assert.StartsWith($"Code: {code}. DB::Exception: ", text, StringComparison.Ordinal);
        Assert.Contains(name, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Insert_Should_TakeRowsFromTheBody_When_TheStatementIsInTheUrlOrTheBody()
    {
        await _server.Query("CREATE TABLE places (a Int32, b String) ORDER BY a");

        using var first = await _server.Insert("INSERT INTO places FORMAT CSV", "1,one\n2,two\n"u8.ToArray());
        await _server.Query("INSERT INTO places FORMAT TSV\n3\tthree\n4\t  four\n");
        await _server.Query("INSERT INTO places (b, a) VALUES ('five', 5), ('s;ix', 6);");

        Assert.Contains("\"written_rows\":\"2\"", first.Headers.GetValues("X-ClickHouse-Summary").Single(), StringComparison.Ordinal);
        Assert.Equal("1\tone\n2\ttwo\n3\tthree\n4\t  four\n5\tfive\n6\ts;ix\n", await _server.Query("SELECT * FROM places ORDER BY a"));
    }

    [Fact]
    public async Task Insert_Should_TakeNativeBlocks()
    {
        await _server.Query("CREATE TABLE natives (a UInt64, b Nullable(String)) ORDER BY a");
        var native = await (await _server.Post("SELECT number AS a, if(number % 2, NULL, toString(number)) AS b FROM numbers(200000) FORMAT Native")).Content.ReadAsByteArrayAsync();

        using var response = await _server.Insert("INSERT INTO natives FORMAT Native", native);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("200000\t19999900000\t100000\n", await _server.Query("SELECT count(), sum(a), count(b) FROM natives"));
    }

    [Fact]
    public async Task Get_Should_OnlyRead()
    {
        Assert.Equal("1\n", await _server.Http.GetStringAsync("/?query=SELECT+1"));

        using var response = await _server.Http.GetAsync("/?query=CREATE+TABLE+never+(a+Int8)+ORDER+BY+a");
        Assert.Contains("(READONLY)", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_Should_ReachTheStatementAndNoOther()
    {
        Assert.Equal("7\n", await _server.Query("SELECT getSetting('max_block_size')", "max_block_size=7"));
        Assert.NotEqual("7\n", await _server.Query("SELECT getSetting('max_block_size')"));
        await _server.Query("SET max_block_size = 8");
        Assert.NotEqual("8\n", await _server.Query("SELECT getSetting('max_block_size')"));

        using var unknown = await _server.Post("SELECT 1", "max_blok_size=1");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        using var malformed = await _server.Post("SELECT 1", "max_block_size=many");
        Assert.Equal(HttpStatusCode.BadRequest, malformed.StatusCode);
    }

    [Fact]
    public async Task Database_Should_BeTheRequestsOwn()
    {
        await _server.Query("CREATE DATABASE other");
        await _server.Query("CREATE TABLE own (a Int8) ORDER BY a", "database=other");

        Assert.Equal("other\n", await _server.Query("SELECT currentDatabase()", "database=other"));
        Assert.Equal("0\n", await _server.Query("SELECT count() FROM other.own"));
        Assert.Equal("default\n", await _server.Query("SELECT currentDatabase()"));
        using var missing = await _server.Post("SELECT 1", "database=nowhere");
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task Result_Should_EndInATaggedBlockAndABrokenConnection_When_ItFailsMidStream()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new StringContent("SELECT number, throwIf(number = 900000) FROM numbers(1000000)") };
        using var response = await _server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var tag = response.Headers.GetValues("X-ClickHouse-Exception-Tag").Single();

        var read = new MemoryStream();
        var broken = await Assert.ThrowsAnyAsync<IOException>(async () => await (await response.Content.ReadAsStreamAsync()).CopyToAsync(read));

        Assert.NotNull(broken);
        var end = Encoding.UTF8.GetString(read.ToArray())[^400..];
        Assert.Matches($"\r\n__exception__\r\n{tag}\r\nCode: 395\\. DB::Exception: [^\n]+\n[0-9]+ {tag}\r\n__exception__\r\n$", end);
    }
}
