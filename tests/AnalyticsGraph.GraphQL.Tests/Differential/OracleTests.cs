namespace AnalyticsGraph.GraphQL.Tests.Differential;

/// <summary>The engine as an oracle: a line in, a line out, whatever the line is.</summary>
public sealed class OracleTests
{
    private const string Sdl = "type Query { a: Int! n: [N] e: E s: String any: Any } enum E { X } interface N { id: ID! } type A implements N { id: ID! x: Int! } union Any = A";

    [Theory]
    [InlineData("""{"id":1,"mode":"parse","query":"{ a }"}""", """{"id":1,"ok":true,"errors":[],"data":null,"text":null}""")]
    [InlineData("""{"id":"x","mode":"parse","query":"{ a"}""", """{"id":"x","ok":false,"errors":[{"message":"Syntax Error: Expected Name, found <EOF>.","locations":[[1,4]],"path":null}],"data":null,"text":null}""")]
    [InlineData("""{"id":[1],"mode":"print","query":"{a}"}""", """{"id":[1],"ok":true,"errors":[],"data":null,"text":"{\n  a\n}"}""")]
    [InlineData(
        """{"id":1,"mode":"validate","sdl":"SDL","query":"{ a bbb }"}""",
        """{"id":1,"ok":false,"errors":[{"message":"Cannot query field \"bbb\" on type \"Query\".","locations":[[1,5]],"path":null}],"data":null,"text":null}""")]
    [InlineData(
        """{"id":1,"mode":"execute","sdl":"SDL","query":"query A { s } query B($on: Boolean!) { n { __typename id ... on A { x @include(if: $on) } } }","operationName":"B","variables":{"on":true},"rootValue":{"n":[{"__typename":"A","id":7,"x":true},null]}}""",
        """{"id":1,"ok":true,"errors":[],"data":{"n":[{"__typename":"A","id":"7","x":1},null]},"text":null}""")]
    [InlineData(
        """{"id":1,"mode":"execute","sdl":"SDL","query":"{ n { id } e any { __typename } s a }","rootValue":{"n":[{"__typename":"A","id":{}},{"id":1}],"e":"Y","any":{"__typename":"E"},"s":"é <b>","a":1.5}}""",
        """{"id":1,"ok":false,"errors":[{"message":"ID cannot represent value: {}","locations":[[1,7]],"path":["n",0,"id"]},{"message":"Abstract type \"N\" must resolve to an Object type at runtime for field \"Query.n\". Either the \"N\" type should provide a \"resolveType\" function or each possible type should provide an \"isTypeOf\" function.","locations":[[1,3]],"path":["n",1]},{"message":"Enum \"E\" cannot represent value: \"Y\"","locations":[[1,12]],"path":["e"]},{"message":"Abstract type \"Any\" was resolved to a non-object type \"E\".","locations":[[1,14]],"path":["any"]},{"message":"Int cannot represent non-integer value: 1.5","locations":[[1,35]],"path":["a"]}],"data":null,"text":null}""")]
    [InlineData("""{"id":1e30,"mode":"print","sdl":"type Query { b:Int  a:Int }"}""", """{"id":1e30,"ok":true,"errors":[],"data":null,"text":"type Query {\n  b: Int\n  a: Int\n}"}""")]
    [InlineData(
        """{"id":1,"mode":"execute","sdl":"type Query { a: Int } type Subscription { s(x: Int): Int! t: Int }","query":"subscription { s(x: 1) }","rootValue":{"s":" 0x10 "}}""",
        """{"id":1,"ok":true,"errors":[],"data":{"s":16},"text":null}""")]
    [InlineData(
        """{"id":1,"mode":"execute","sdl":"scalar Any type Query { a: Any b: Float c: ID d: Int }","query":"{ a b c d }","rootValue":{"a":{"z":1.0,"2":-0.0,"1":1e-7,"z":"\u00e9"},"b":123456789012345678,"c":1e20,"d":1E-7}}""",
        """{"id":1,"ok":false,"errors":[{"message":"Int cannot represent non-integer value: 1e-7","locations":[[1,9]],"path":["d"]}],"data":{"a":{"1":1e-7,"2":0,"z":"é"},"b":123456789012345680,"c":"100000000000000000000","d":null},"text":null}""")]
    [InlineData("""{"id":1,"mode":"execute","sdl":"SDL","query":"{ s }"}""", """{"id":1,"ok":true,"errors":[],"data":{"s":null},"text":null}""")]
    public async Task Answer_Should_SayWhatTheEngineSays(string question, string answer) =>
        Assert.Equal(answer, await new Oracle.Oracle().AnswerAsync(question.Replace("SDL", Sdl, StringComparison.Ordinal)));

    [Theory]
    [InlineData("""{"id":1}""", """{"id":1,"ok":false,"errors":[{"message":"The question has no \"mode\".""")]
    [InlineData("""{"id":1,"mode":"guess","query":""}""", """{"id":1,"ok":false,"errors":[{"message":"There is no mode \"guess\"; it is one of parse, validate, execute, incremental, print.""")]
    [InlineData("""{"mode":"parse","query":5}""", """{"id":null,"ok":false,"errors":[{"message":"\"query\" must be a string.""")]
    [InlineData("""{"id":1,"mode":"parse","query":"\ud800"}""", """{"id":1,"ok":false,"errors":[{"message":"Syntax Error: Unexpected character: U+FFFD.","locations":[[1,1]],""")]
    [InlineData("""{"id":1,"mode":"validate","sdl":"type Query { a: Nope }","query":"{ a }"}""", """{"id":1,"ok":false,"errors":[{"message":"Unknown type \"Nope\".","locations":[[1,17]]""")]
    [InlineData("""{"id":1,"mode":"validate","sdl":"type {","query":"{ a }"}""", """{"id":1,"ok":false,"errors":[{"message":"Syntax Error: """)]
    [InlineData("""{"id":1,"mode":"execute","sdl":"type Query { a: Int }","query":"{ a }","variables":[1]}""", """{"id":1,"ok":false,"errors":[{"message":"The request's variables must be a JSON object""")]
    [InlineData("""{"id":1,"mode":"parse"} {""", """{"id":null,"ok":false,"errors":[{"message":"JsonReaderException: """)]
    [InlineData("[1]", """{"id":null,"ok":false,"errors":[{"message":"A question must be a JSON object.""")]
    [InlineData("no", """{"id":null,"ok":false,"errors":[{"message":"JsonReaderException: """)]
    public async Task Answer_Should_BeAnError_When_TheLineIsNoQuestion(string question, string answer) =>
        Assert.StartsWith(answer, await new Oracle.Oracle().AnswerAsync(question), StringComparison.Ordinal);
}
