using System.Collections.Immutable;

namespace AnalyticsGraph.GraphQL.Language;

/// <summary>Writes definitions and extensions of the type system.</summary>
internal static class TypeSystemPrinter
{
    public static void Print(IndentedWriter writer, TypeSystemDefinitionNode definition)
    {
        writer.Write(ValuePrinter.Description(definition.Description)).Write(definition.IsExtension ? "extend " : "");
        switch (definition)
        {
            case SchemaDefinitionNode schema:
                writer.Write("schema").Write(ValuePrinter.Directives(schema.Directives));
                Block(writer, schema.OperationTypes, static (w, root) => w.Write(ValuePrinter.Print(root)));
                break;
            case ScalarTypeDefinitionNode scalar:
                writer.Write($"scalar {scalar.Name.Value}").Write(ValuePrinter.Directives(scalar.Directives));
                break;
            case ComplexTypeDefinitionNode type:
                writer.Write(type is ObjectTypeDefinitionNode ? "type " : "interface ").Write(type.Name.Value);
                writer.Write(type.Interfaces.IsEmpty ? "" : $" implements {string.Join(" & ", type.Interfaces)}").Write(ValuePrinter.Directives(type.Directives));
                Block(writer, type.Fields, Field);
                break;
            case UnionTypeDefinitionNode union:
                writer.Write($"union {union.Name.Value}").Write(ValuePrinter.Directives(union.Directives));
                writer.Write(union.Types.IsEmpty ? "" : $" = {string.Join(" | ", union.Types)}");
                break;
            case EnumTypeDefinitionNode type:
                writer.Write($"enum {type.Name.Value}").Write(ValuePrinter.Directives(type.Directives));
                Block(writer, type.Values, EnumValue);
                break;
            case InputObjectTypeDefinitionNode input:
                writer.Write($"input {input.Name.Value}").Write(ValuePrinter.Directives(input.Directives));
                Block(writer, input.Fields, static (w, field) => w.Write(ValuePrinter.Print(field)));
                break;
            case DirectiveDefinitionNode directive:
                writer.Write($"directive @{directive.Name.Value}").Write(Arguments(directive.Arguments));
                writer.Write(directive.IsRepeatable ? " repeatable on " : " on ").Write(string.Join(" | ", directive.Locations));
                break;
            default:
                throw new ArgumentException($"No text is known for {definition.GetType().Name}.", nameof(definition));
        }
    }

    public static void Field(IndentedWriter writer, FieldDefinitionNode field) => writer
        .Write(ValuePrinter.Description(field.Description))
        .Write(field.Name.Value)
        .Write(Arguments(field.Arguments))
        .Write($": {field.Type}")
        .Write(ValuePrinter.Directives(field.Directives));

    public static void EnumValue(IndentedWriter writer, EnumValueDefinitionNode value) => writer
        .Write(ValuePrinter.Description(value.Description))
        .Write(value.Name.Value)
        .Write(ValuePrinter.Directives(value.Directives));

    private static string Arguments(ImmutableArray<InputValueDefinitionNode> arguments)
    {
        if (arguments.IsEmpty)
        {
            return "";
        }

        var printed = arguments.Select(ValuePrinter.Print).ToArray();
        return ValuePrinter.AnyMultiline(printed) ? $"(\n{ValuePrinter.Indent(printed)}\n)" : $"({string.Join(", ", printed)})";
    }

    private static void Block<T>(IndentedWriter writer, ImmutableArray<T> items, Action<IndentedWriter, T> write)
    {
        if (!items.IsEmpty)
        {
            writer.Write(" ");
            writer.Block(items, write);
        }
    }
}
