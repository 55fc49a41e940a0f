using System.Net;
using System.Text;

namespace AnalyticsGraph.ClickHouse.Tests.Errors;

public sealed class ServerErrorTextTests
{
    private const string Tag = "abcdefghijklmnop";

    [Fact]
    public void FromResponse_Should_ReadCodeNameAndText_When_ATableIsMissing()
    {
        var error = ServerErrorText.FromResponse(
            HttpStatusCode.NotFound, "60", "Code: 60. DB::Exception: Unknown table expression identifier 'nope' in scope SELECT 1 FROM nope. (UNKNOWN_TABLE) (version 26.7.2.1 (official build))\n", "q1");

        Assert.Equal((60, "UNKNOWN_TABLE", "q1"), (error.Code, error.ErrorName, error.QueryId));
        Assert.Equal("UNKNOWN_TABLE (60): Unknown table expression identifier 'nope' in scope SELECT 1 FROM nope.", error.Message);
    }

    [Fact]
    public void FromResponse_Should_NameTheCode_When_AnOldServerDoesNot()
    {
        var error = ServerErrorText.FromResponse(HttpStatusCode.NotFound, "60", "Code: 60, e.displayText() = DB::Exception: Table default.wtf doesn't exist (version 21.3.1.1)", "q1");

        Assert.Equal((60, "UNKNOWN_TABLE"), (error.Code, error.ErrorName));
    }

    [Fact]
    public void FromResponse_Should_SayThatItIsNoClickHouse_When_SomethingElseAnswers()
    {
        var error = Assert.IsType<ClickHouseTransportException>(ServerErrorText.FromResponse(HttpStatusCode.BadGateway, null, "<html>nginx</html>", "q1"));

        Assert.Contains("502", error.Message, StringComparison.Ordinal);
        Assert.Contains("nginx", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromTail_Should_ReadTheTaggedMessage_When_ItFollowsHalfABlock()
    {
        var message = "Code: 395. DB::Exception: said: __exception__ Code: 60. DB::Exception: no (UNKNOWN_TABLE): while executing. (FUNCTION_THROW_IF_VALUE_IS_NON_ZERO) (version 26.7.2.1)";

        var error = ServerErrorText.FromTail(Trailer(message), Tag, "q")!;

        Assert.Equal((395, "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO"), (error.Code, error.ErrorName));
    }

    [Fact]
    public void FromTail_Should_SeeNothing_When_DataOnlyLooksLikeAnError()
    {
        Assert.Null(ServerErrorText.FromTail("\r\n__exception__\r\nCode: 60. DB::Exception: x"u8, Tag, "q"));
        Assert.Null(ServerErrorText.FromTail(Encoding.UTF8.GetBytes(Tag), Tag, "q"));
    }

    [Theory]
    [InlineData("\0\0\0\rCode: 241. DB::Exception: Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED) (version 23.8.1.1)\n")]
    [InlineData("\0\0\0__exception__\r\nCode: 241. DB::Exception: Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED) (version 25.3.1.1)\n")]
    public void FromTail_Should_ReadTheBareMessage_When_TheServerIsOlder(string tail) =>
        Assert.Equal((241, "MEMORY_LIMIT_EXCEEDED"), ServerErrorText.FromTail(Encoding.UTF8.GetBytes(tail), null, "q") is { } e ? (e.Code, e.ErrorName) : default);

    [Theory]
    [InlineData(60, "UNKNOWN_TABLE")]
    [InlineData(62, "SYNTAX_ERROR")]
    [InlineData(159, "TIMEOUT_EXCEEDED")]
    [InlineData(241, "MEMORY_LIMIT_EXCEEDED")]
    [InlineData(394, "QUERY_WAS_CANCELLED")]
    [InlineData(516, "AUTHENTICATION_FAILED")]
    [InlineData(1001, "STD_EXCEPTION")]
    public void Names_Should_Know_When_TheCodeIsCommon(int code, string name) => Assert.Equal(name, ClickHouseErrorNames.Of(code));

    private static byte[] Trailer(string message)
    {
        var text = message + "\n";
        return Encoding.UTF8.GetBytes($"\u0001\u0002half a block\r\n__exception__\r\n{Tag}\r\n{text}{Encoding.UTF8.GetByteCount(text)} {Tag}\r\n__exception__\r\n");
    }
}
