using System.Collections.Immutable;
using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>Walks the syntax tree of a type system document.</summary>
internal static class SyntaxTree
{
    /// <summary>Visits a node and all below it, parents first. Allocates nothing: schemas are walked whole several times at start-up.</summary>
    public static void Visit(SyntaxNode? node, Action<SyntaxNode> visit)
    {
        if (node is null)
        {
            return;
        }

        visit(node);
        switch (node)
        {
            case DocumentNode document: All(document.Definitions, visit); break;
            case TypeSystemDefinitionNode definition: Definition(definition, visit); break;
            case FieldDefinitionNode field:
                Visit(field.Description, visit);
                Visit(field.Name, visit);
                All(field.Arguments, visit);
                Visit(field.Type, visit);
                All(field.Directives, visit);
                break;
            case InputValueDefinitionNode input:
                Visit(input.Description, visit);
                Visit(input.Name, visit);
                Visit(input.Type, visit);
                Visit(input.DefaultValue, visit);
                All(input.Directives, visit);
                break;
            case EnumValueDefinitionNode value:
                Visit(value.Description, visit);
                Visit(value.Name, visit);
                All(value.Directives, visit);
                break;
            case RootOperationTypeNode root: Visit(root.Type, visit); break;
            case NamedTypeNode named: Visit(named.Name, visit); break;
            case ListTypeNode list: Visit(list.Type, visit); break;
            case NonNullTypeNode nonNull: Visit(nonNull.Type, visit); break;
            case DirectiveNode directive:
                Visit(directive.Name, visit);
                All(directive.Arguments, visit);
                break;
            case ArgumentNode argument:
                Visit(argument.Name, visit);
                Visit(argument.Value, visit);
                break;
            case ListValueNode list: All(list.Values, visit); break;
            case ObjectValueNode value: All(value.Fields, visit); break;
            case ObjectFieldNode field:
                Visit(field.Name, visit);
                Visit(field.Value, visit);
                break;
        }
    }

    private static void Definition(TypeSystemDefinitionNode definition, Action<SyntaxNode> visit)
    {
        Visit(definition.Description, visit);
        Visit((definition as TypeDefinitionNode)?.Name, visit);
        All(definition.Directives, visit);
        switch (definition)
        {
            case SchemaDefinitionNode schema: All(schema.OperationTypes, visit); break;
            case UnionTypeDefinitionNode union: All(union.Types, visit); break;
            case EnumTypeDefinitionNode type: All(type.Values, visit); break;
            case InputObjectTypeDefinitionNode input: All(input.Fields, visit); break;
            case ComplexTypeDefinitionNode type:
                All(type.Interfaces, visit);
                All(type.Fields, visit);
                break;
            case DirectiveDefinitionNode directive:
                Visit(directive.Name, visit);
                All(directive.Arguments, visit);
                All(directive.Locations, visit);
                break;
        }
    }

    private static void All<T>(ImmutableArray<T> nodes, Action<SyntaxNode> visit)
        where T : SyntaxNode
    {
        foreach (var node in nodes)
        {
            Visit(node, visit);
        }
    }
}
