using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using AnalyticsGraph.GraphQL.Types;

namespace AnalyticsGraph.GraphQL.Validation;

/// <summary>Section 4.1: the fields that every schema has without defining them. They belong to no type, so that messages call their owner <c>&lt;meta&gt;</c>.</summary>
internal sealed class MetaFields
{
    private static readonly ConditionalWeakTable<Schema, MetaFields> BySchema = [];

    private MetaFields(Schema schema)
    {
        var text = new NonNullType(schema.Types["String"]);
        var name = new InputValueDefinition("name", null, [], null, null, 0) { Type = text };
        TypeName = new("__typename", null, [], null, -1) { Type = text };
        Schema = new("__schema", null, [], null, -1) { Type = new NonNullType(schema.Types["__Schema"]) };
        Type = new("__type", null, [], null, -1)
        {
            Type = schema.Types["__Type"],
            Arguments = new Dictionary<string, InputValueDefinition> { ["name"] = name }.ToFrozenDictionary(),
        };
    }

    public FieldDefinition TypeName { get; }

    public FieldDefinition Schema { get; }

    public FieldDefinition Type { get; }

    public static MetaFields Of(Schema schema) => BySchema.GetValue(schema, static s => new MetaFields(s));
}
