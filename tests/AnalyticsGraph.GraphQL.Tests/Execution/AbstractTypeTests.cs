using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>Section 6.4.3: interfaces and unions, whose values are objects of several types.</summary>
public sealed class AbstractTypeTests
{
    private static readonly TestServer Server = new(
        """
        type Query { pets: [Pet!]! named: [Named] one: Any none: Any }
        interface Named { name: String! }
        interface Pet implements Named { name: String! friend: Pet }
        type Dog implements Pet & Named { name: String! friend: Pet barks: Boolean! }
        type Cat implements Pet & Named { name: String! friend: Pet lives: Int! }
        type Stone implements Named { name: String! }
        union Any = Stone | Cat
        """,
        bindings => bindings
            .BindType<Dog>("Dog").BindType<Cat>("Cat").BindType<Stone>("Stone")
            .Bind("Query", "pets", Value<IReadOnlyList<Pet>>([new Dog("Rex", new Cat("Tom", null, 7), true), new Cat("Kit", null, 9), new Dog("Bo", null, false)]))
            .Bind("Query", "named", Value<object?[]>([new Stone("Rock"), null, new Cat("Tom", null, 7)]))
            .Bind("Query", "one", Value<object?>(new Stone("Rock")))
            .Bind("Query", "none", Value<object?>(null)));

    [Theory]
    [InlineData("{ pets { __typename name } }", """{"pets":[{"__typename":"Dog","name":"Rex"},{"__typename":"Cat","name":"Kit"},{"__typename":"Dog","name":"Bo"}]}""")]
    [InlineData("{ pets { ... on Dog { barks name } name ... on Cat { lives } } }", """{"pets":[{"barks":true,"name":"Rex"},{"name":"Kit","lives":9},{"barks":false,"name":"Bo"}]}""")]
    [InlineData("{ pets { friend { name ... on Cat { lives friend { name } } } } }", """{"pets":[{"friend":{"name":"Tom","lives":7,"friend":null}},{"friend":null},{"friend":null}]}""")]
    [InlineData("{ named { ... on Pet { __typename } ...N } } fragment N on Named { name }", """{"named":[{"name":"Rock"},null,{"__typename":"Cat","name":"Tom"}]}""")]
    [InlineData("{ one { __typename ... on Named { name } ... on Cat { lives } } none { __typename } }", """{"one":{"__typename":"Stone","name":"Rock"},"none":null}""")]
    [InlineData("{ one { ... on Cat { lives } } }", """{"one":{}}""")]
    public async Task Execute_Should_SelectByTheConcreteType(string query, string data) => Assert.Equal($$"""{"data":{{data}}}""", await Server.AskAsync(query));

    [Fact]
    public async Task Execute_Should_TellTheLog_When_AValueHasATypeThatCannotOccur()
    {
        var log = new List<UnexpectedError>();
        var server = new TestServer("type Query { any: Any } union Any = A type A { x: Int }", bindings => bindings
            .Bind("Query", "any", Value<object>("text")).Bind("A", "x", Value(1)), new GraphQLExecutorOptions { OnUnexpectedError = log.Add });

        Assert.Equal(["any INTERNAL_SERVER_ERROR"], await server.ErrorsAsync("{ any { __typename } }"));
        Assert.Contains("A value of Any has the CLR type String", Assert.Single(log).Exception.Message, StringComparison.Ordinal);
    }

    private static FieldResolver Value<T>(T value) => FieldResolver.FromRequest(_ => ValueTask.FromResult(value));

    private abstract record Pet(string Name, Pet? Friend);

    private sealed record Dog(string Name, Pet? Friend, bool Barks) : Pet(Name, Friend);

    private sealed record Cat(string Name, Pet? Friend, int Lives) : Pet(Name, Friend);

    private sealed record Stone(string Name);
}
