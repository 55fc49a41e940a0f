using System.Text.Json;
using System.Text.Json.Nodes;
using AnalyticsGraph.GraphQL.Tests.Differential;
using AnalyticsGraph.GraphQL.Tests.Types;
using Xunit.Abstractions;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>Section 4: the standard introspection query is answered as by graphql-js on the same SDL, in the same order.</summary>
public sealed class IntrospectionDifferentialTests(ITestOutputHelper output)
{
    private const int Schemas = 300;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private const string Sdl =
        """
        "What the graph offers."
        schema { query: Root mutation: Change subscription: Events }
        "The \"root\"" type Root { node(id: ID!, kinds: [Kind!] = [FIRST], filter: Filter = {text: "a\"b", not: {limit: 1}}): Node any(old: Int @deprecated(reason: "use id")): [Any!]! gone: Float @deprecated }
        type Change { set(input: Pick!): Root flag(on: Boolean! = true, ratio: Float = 1.5e3): Boolean }
        type Events { tick: Moment }
        interface Node { id: ID! } interface Named implements Node { id: ID! name: String }
        type Item implements Named & Node { id: ID! "Its name" name: String parent: Named items(first: Int = 10, text: String = "block"): [[Item!]!] }
        union Any = Item | Events
        enum Kind { FIRST "the second" SECOND @deprecated(reason: "no \n more") }
        input Filter { text: String = "x" limit: Int! = 5 list: [[Int!]] not: Filter kind: Kind = SECOND old: Int @deprecated }
        input Pick @oneOf { id: ID name: String }
        scalar Moment @specifiedBy(url: "https://example.org/moment") scalar Plain
        directive @mark(level: Int = 3, old: String @deprecated(reason: "gone"), names: [String!]) repeatable on FIELD | OBJECT | FIELD_DEFINITION
        """;

    private const string Query =
        """
        query IntrospectionQuery {
          __schema {
            description queryType { name kind } mutationType { name kind } subscriptionType { name kind } types { ...FullType }
            directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } few: args { name } }
          }
          item: __type(name: "Item") { name fields { name } } kind: __type(name: "Kind") { enumValues { name } } root: __type(name: "Root") { fields { name args { name } } }
          filter: __type(name: "Filter") { inputFields { name } } nothing: __type(name: "Nothing") { name }
        }
        fragment FullType on __Type {
          kind name description specifiedByURL isOneOf
          fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
          inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef }
          enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef }
        }
        fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
        fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }
        """;

    [Fact]
    public async Task Introspection_Should_AnswerAsGraphQLJs_When_AskedForEverything()
    {
        OracleQuestion[] question = [new("execute", Query, Sdl, RootValue: new { })];
        var reference = Schema(Assert.Single(await Oracles.AskGraphQLJsAsync(question)));
        ForgetAdditions(reference);
        var expected = Normal(reference);
        var actual = Normal(Schema(Assert.Single(await Oracles.AskEngineAsync(question))));

        Assert.Equal(expected, actual);
    }

    [Fact]
    public async Task Introspection_Should_AnswerAsGraphQLJs_When_SchemasAreGenerated()
    {
        var questions = Enumerable.Range(0, Schemas).Select(seed => new OracleQuestion("execute", Query, new SchemaGenerator(seed).Schema(), RootValue: new { })).ToArray();
        var answers = await Oracles.AskGraphQLJsAsync(questions);
        var ours = await Oracles.AskEngineAsync(questions);

        var compared = 0;
        foreach (var (question, answer, our) in questions.Zip(answers, ours).Where(all => all.Second.Ok))
        {
            var reference = Schema(answer);
            ForgetAdditions(reference);
            Assert.True(our.Ok, $"{question.Sdl}\n{string.Join('\n', our.Messages())}");
            Assert.Equal($"{question.Sdl}\n{Normal(reference)}", $"{question.Sdl}\n{Normal(Schema(our))}");
            compared++;
        }

        output.WriteLine($"introspection of {compared} generated schemas compared");
        Assert.InRange(compared, 80, Schemas);
    }

    private static JsonNode Schema(OracleAnswer answer) => JsonNode.Parse(answer.Data!.Value.GetRawText())!;

    // graphql-js 17 lets directives be deprecated and fragments have variables, which the September 2025 edition does not know.
    private static void ForgetAdditions(JsonNode answer)
    {
        var types = answer["__schema"]!["types"]!.AsArray();
        Named(Type("__Schema")["fields"]!, "directives")["args"] = new JsonArray();
        Remove(Type("__Directive")["fields"]!, "isDeprecated");
        Remove(Type("__Directive")["fields"]!, "deprecationReason");
        Remove(Type("__DirectiveLocation")["enumValues"]!, "DIRECTIVE_DEFINITION");
        Remove(Type("__DirectiveLocation")["enumValues"]!, "FRAGMENT_VARIABLE_DEFINITION");

        JsonNode Type(string name) => Named(types, name);

        static JsonNode Named(JsonNode list, string name) => list.AsArray().Single(node => (string)node!["name"]! == name)!;

        static void Remove(JsonNode list, string name) => list.AsArray().Remove(Named(list, name));
    }

    // The prose of built-in definitions is each implementation's own, and so are the places where built-in directives may stand.
    private static string Normal(JsonNode answer)
    {
        var schema = answer["__schema"]!;
        foreach (var builtIn in schema["types"]!.AsArray().Concat(schema["directives"]!.AsArray()).Where(node => IsBuiltIn(node!)))
        {
            Forget(builtIn, "description");
            Forget(builtIn, "locations");
        }

        return answer.ToJsonString(Indented);
    }

    private static bool IsBuiltIn(JsonNode node) => (string)node["name"]! is var name
        && (name.StartsWith("__", StringComparison.Ordinal)
            || name is "String" or "Int" or "Float" or "Boolean" or "ID" or "skip" or "include" or "deprecated" or "specifiedBy" or "oneOf");

    private static void Forget(JsonNode? node, string name)
    {
        switch (node)
        {
            case JsonObject entries:
                entries.Remove(name);
                foreach (var (_, value) in entries)
                {
                    Forget(value, name);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Forget(item, name);
                }

                break;
        }
    }
}
