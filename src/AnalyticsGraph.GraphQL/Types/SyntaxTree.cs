using AnalyticsGraph.GraphQL.Language;

namespace AnalyticsGraph.GraphQL.Types;

/// <summary>Walks the syntax tree of a type system document.</summary>
internal static class SyntaxTree
{
    /// <summary>Visits a node and all below it, parents first.</summary>
    public static void Visit(SyntaxNode node, Action<SyntaxNode> visit)
    {
        visit(node);
        foreach (var child in Children(node))
        {
            if (child is not null)
            {
                Visit(child, visit);
            }
        }
    }

    private static IEnumerable<SyntaxNode?> Children(SyntaxNode node) => node switch
    {
        DocumentNode document => document.Definitions,
        SchemaDefinitionNode schema => [schema.Description, .. schema.Directives, .. schema.OperationTypes],
        RootOperationTypeNode root => [root.Type],
        ScalarTypeDefinitionNode scalar => [scalar.Description, scalar.Name, .. scalar.Directives],
        ComplexTypeDefinitionNode type => [type.Description, type.Name, .. type.Interfaces, .. type.Directives, .. type.Fields],
        UnionTypeDefinitionNode union => [union.Description, union.Name, .. union.Directives, .. union.Types],
        EnumTypeDefinitionNode type => [type.Description, type.Name, .. type.Directives, .. type.Values],
        InputObjectTypeDefinitionNode input => [input.Description, input.Name, .. input.Directives, .. input.Fields],
        DirectiveDefinitionNode directive => [directive.Description, directive.Name, .. directive.Arguments, .. directive.Locations],
        FieldDefinitionNode field => [field.Description, field.Name, .. field.Arguments, field.Type, .. field.Directives],
        InputValueDefinitionNode input => [input.Description, input.Name, input.Type, input.DefaultValue, .. input.Directives],
        EnumValueDefinitionNode value => [value.Description, value.Name, .. value.Directives],
        DirectiveNode directive => [directive.Name, .. directive.Arguments],
        ArgumentNode argument => [argument.Name, argument.Value],
        NamedTypeNode named => [named.Name],
        ListTypeNode list => [list.Type],
        NonNullTypeNode nonNull => [nonNull.Type],
        VariableNode variable => [variable.Name],
        ListValueNode list => list.Values,
        ObjectValueNode value => value.Fields,
        ObjectFieldNode field => [field.Name, field.Value],
        _ => [],
    };
}
