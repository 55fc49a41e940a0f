using System.Text.Json;
using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Tests.Types;

public sealed class SchemaBuilderTests
{
    [Fact]
    public void Build_Should_MergeExtensions_When_TheyStandInOtherDocuments()
    {
        var schema = Build(
            "extend type Query @tag { second: [Item!]! } extend enum Kind { B } extend input Filter { limit: Int = 5 } directive @tag on OBJECT",
            "\"Root\" type Query { first(filter: Filter): Item } interface Node { id: ID! } type Item implements Node { id: ID!, kind: Kind } enum Kind { A } input Filter { kind: Kind }",
            "union Any = Item extend union Any = Query extend schema { mutation: Query2 } type Query2 { x: Float }");

        Assert.Equal(["first", "second"], schema.Query.Fields.Keys);
        Assert.Equal([0, 1], schema.Query.Fields.Values.Select(field => field.Index));
        Assert.Equal("Root", schema.Query.Description);
        Assert.Equal("tag", Assert.Single(schema.Query.Directives).Name.Value);
        Assert.Equal("[Item!]!", schema.Query.Fields["second"].Type.ToString());
        Assert.Equal(["A", "B"], ((EnumType)schema.Types["Kind"]).Values.Keys);
        Assert.Equal(5, ((InputObjectType)schema.Types["Filter"]).Fields["limit"].DefaultValue);
        Assert.Equal(["Item", "Query"], ((UnionType)schema.Types["Any"]).Types.Select(type => type.Name));
        Assert.Equal("Query2", schema.Mutation!.Name);
        Assert.Null(schema.Subscription);
        Assert.Equal(["Item"], schema.GetPossibleTypes(schema.Types["Node"]).Select(type => type.Name));
    }

    [Fact]
    public void Build_Should_OrderTypesAsTheSdlAndAddBuiltIns_When_TheyAreReferredTo()
    {
        var schema = Build("type Zebra { a: Float } type Query { z: Zebra } scalar JSON");

        Assert.Equal(["Zebra", "Float", "Query", "JSON", "Boolean", "String", "__Schema"], schema.Types.Keys.Take(7));
        Assert.DoesNotContain("Int", schema.Types.Keys);
        Assert.Equal(["deprecated", "include", "oneOf", "skip", "specifiedBy"], schema.Directives.Keys.Order());
    }

    [Fact]
    public void FindField_Should_KnowTheImplicitFields_When_TypeAllowsThem()
    {
        var schema = Build("type Query { item: Item } union Any = Item type Item { a: Int } input In { a: Int }");

        Assert.Equal("__Schema!", schema.FindField(schema.Query, "__schema")!.Type.ToString());
        Assert.Equal("String!", schema.FindField(schema.Query, "__type")!.Arguments["name"].Type.ToString());
        Assert.Same(schema.TypeNameField, schema.FindField(schema.Types["Any"], "__typename"));
        Assert.Null(schema.FindField(schema.Types["Item"], "__schema"));
        Assert.Null(schema.FindField(schema.Types["In"], "__typename"));
        Assert.Null(schema.FindField(schema.Types["Any"], "a"));
    }

    [Fact]
    public void Build_Should_ReadAppliedDirectives_When_TheyAreBuiltIn()
    {
        var schema = Build(
            """
            type Query { old: Int @deprecated, older(a: Int @deprecated(reason: "a")): Color @deprecated(reason: "use new"), one(by: By): Url }
            enum Color { RED @deprecated GREEN }
            scalar Url @specifiedBy(url: "https://example.org/url")
            input By @oneOf { id: ID, name: String }
            """);

        Assert.Equal("No longer supported", schema.Query.Fields["old"].DeprecationReason);
        Assert.Equal("use new", schema.Query.Fields["older"].DeprecationReason);
        Assert.Equal("a", schema.Query.Fields["older"].Arguments["a"].DeprecationReason);
        Assert.Equal("No longer supported", ((EnumType)schema.Types["Color"]).Values["RED"].DeprecationReason);
        Assert.Equal("https://example.org/url", ((ScalarType)schema.Types["Url"]).SpecifiedByUrl);
        Assert.True(((InputObjectType)schema.Types["By"]).IsOneOf);
    }

    [Fact]
    public void Build_Should_FillDefaultsWithDefaults_When_TheyDependOnEachOther()
    {
        var schema = Build(
            """
            type Query { a(x: Outer = {}): Int }
            input Outer { inner: Inner = {b: null}, list: [Inner!] = {}, json: JSON = {a: [1, "x", ENUM]} }
            input Inner { b: Outer = {inner: {b: null}, list: [], json: 1}, n: Int! = 7 }
            scalar JSON
            """);

        var outer = Assert.IsType<ArgumentValues>(schema.Query.Fields["a"].Arguments["x"].DefaultValue);
        Assert.True(outer.TryGet("inner", out var inner));
        Assert.Equal(7, ((ArgumentValues)inner!).Get<int>("n"));
        Assert.True(((ArgumentValues)inner).TryGet("b", out var nothing));
        Assert.Null(nothing);
        var item = Assert.IsType<ArgumentValues>(Assert.Single(outer.Get<object?[]>("list")!));
        Assert.Empty(Assert.IsType<ArgumentValues>(item.Get<ArgumentValues>("b")).Get<object?[]>("list")!);
        Assert.Equal("""{"a":[1,"x","ENUM"]}""", outer.Get<JsonElement>("json").GetRawText());
    }

    [Fact]
    public void Build_Should_UseTheGivenCoercion_When_ScalarIsCustom()
    {
        var schema = SchemaBuilder.Build(
            [Utf8Parser.Parse("type Query { a(x: Secret = 1): Int } scalar Secret")], new Dictionary<string, ScalarCoercion> { ["Secret"] = ScalarCoercions.All["ID"] });

        Assert.Equal("1", schema.Query.Fields["a"].Arguments["x"].DefaultValue);
    }

    private static Schema Build(params string[] documents) => SchemaBuilder.Build(documents.Select(sdl => Utf8Parser.Parse(sdl)));
}
