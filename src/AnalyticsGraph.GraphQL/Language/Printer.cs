using System.Collections.Immutable;

namespace AnalyticsGraph.GraphQL.Language;

/// <summary>Writes syntax trees as text, laid out as graphql-js lays them out. What it writes parses to an equal tree.</summary>
public static class Printer
{
    /// <summary>The text of a node and all below it, without a line break at its end.</summary>
    /// <param name="node">Any node.</param>
    public static string Print(SyntaxNode node)
    {
        var writer = new IndentedWriter();
        switch (node)
        {
            case DocumentNode document: Blocks(writer, document.Definitions); break;
            case DefinitionNode definition: Definition(writer, definition); break;
            case SelectionSetNode selections: ExecutablePrinter.SelectionSet(writer, selections); break;
            case SelectionNode selection: ExecutablePrinter.Selection(writer, selection); break;
            case FieldDefinitionNode field: TypeSystemPrinter.Field(writer, field); break;
            case EnumValueDefinitionNode value: TypeSystemPrinter.EnumValue(writer, value); break;
            default: return ValuePrinter.Print(node);
        }

        return writer.ToString();
    }

    private static void Definition(IndentedWriter writer, DefinitionNode definition)
    {
        switch (definition)
        {
            case OperationDefinitionNode operation: ExecutablePrinter.Operation(writer, operation); break;
            case FragmentDefinitionNode fragment: ExecutablePrinter.Fragment(writer, fragment); break;
            case TypeSystemDefinitionNode typeSystem: TypeSystemPrinter.Print(writer, typeSystem); break;
            default: throw new ArgumentException($"No text is known for {definition.GetType().Name}.", nameof(definition));
        }
    }

    private static void Blocks(IndentedWriter writer, ImmutableArray<DefinitionNode> definitions)
    {
        for (var i = 0; i < definitions.Length; i++)
        {
            if (i > 0)
            {
                writer.Write("\n\n");
            }

            Definition(writer, definitions[i]);
        }
    }
}
