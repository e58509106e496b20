<?php
// Which capabilities of WordPress make an account privileged, and which roles give them.

/** What lets somebody change a site, its users or its orders. */
function sr_wp_powers()
{
    return array('manage_options', 'edit_users', 'create_users', 'delete_users', 'promote_users', 'list_users',
        'install_plugins', 'activate_plugins', 'edit_plugins', 'update_plugins', 'delete_plugins', 'install_themes',
        'switch_themes', 'edit_themes', 'update_themes', 'delete_themes', 'edit_theme_options', 'update_core',
        'edit_files', 'unfiltered_html', 'unfiltered_upload', 'import', 'export', 'edit_others_posts',
        'edit_others_pages', 'manage_woocommerce', 'view_woocommerce_reports', 'edit_shop_orders',
        'edit_others_shop_orders', 'manage_network', 'manage_sites', 'manage_network_users', 'manage_network_plugins',
        'manage_network_themes', 'manage_network_options');
}

/** In a network only a super administrator has these, whatever a role says. */
function sr_wp_network_powers()
{
    return array('edit_users', 'delete_users', 'install_plugins', 'edit_plugins', 'update_plugins', 'delete_plugins',
        'install_themes', 'edit_themes', 'update_themes', 'delete_themes', 'update_core', 'edit_files',
        'unfiltered_html', 'manage_network', 'manage_sites', 'manage_network_users', 'manage_network_plugins',
        'manage_network_themes', 'manage_network_options', 'unfiltered_upload');
}

/** Capabilities below powers by which an account is more than a reader or a customer. */
function sr_wp_work()
{
    return array('edit_posts', 'publish_posts', 'edit_pages', 'upload_files', 'moderate_comments', 'edit_products');
}

/** Roles of a blog as name => set of capabilities; WordPress' own ones after a gap where they cannot be read. */
function sr_wp_roles(array $site, $number, array $options, SrAnswer $out)
{
    $name = sr_wp_prefix($site, $number) . 'user_roles';
    $stored = sr_unserialize(isset($options[$name]) ? $options[$name] : '');
    $roles = array();
    foreach ((array) $stored as $role => $parts) {
        if (isset($parts['capabilities']) && is_array($parts['capabilities'])) {
            $roles[$role] = array_filter($parts['capabilities']);
        }
    }
    if ($roles) {
        return $roles;
    }
    $out->gap('accounts', 'roles', "the option $name cannot be read; roles were taken to be as WordPress sets them up");
    $editor = array_fill_keys(array('edit_others_posts', 'edit_others_pages', 'unfiltered_html', 'edit_posts'), true);
    $all = array_fill_keys(array_diff(sr_wp_powers(), array('manage_woocommerce', 'view_woocommerce_reports',
        'edit_shop_orders', 'edit_others_shop_orders', 'manage_network', 'manage_sites', 'manage_network_users',
        'manage_network_plugins', 'manage_network_themes', 'manage_network_options')), true);
    $writer = array('edit_posts' => true);
    return array('administrator' => $all + $writer, 'editor' => $editor, 'author' => $writer, 'contributor' => $writer);
}

/** Names that, standing in somebody's capabilities, make the account worth looking at: roles and capabilities. */
function sr_wp_notable(array $roles)
{
    $wanted = array_fill_keys(array_merge(sr_wp_powers(), sr_wp_work()), true);
    $notable = $wanted;
    foreach ($roles as $role => $capabilities) {
        if (array_intersect_key($capabilities, $wanted)) {
            $notable[$role] = true;
        }
    }
    return array_map('strval', array_keys($notable));
}

/** What somebody holds on one blog: array(roles, powers), out of the serialized capabilities. */
function sr_wp_held($text, array $roles, $network)
{
    $stored = sr_unserialize($text);
    $has = array();
    $names = array();
    foreach (is_array($stored) ? $stored : array() as $name => $granted) {
        if ($granted && isset($roles[$name])) {
            $names[] = (string) $name;
            $has = $roles[$name] + $has;
        }
    }
    foreach (is_array($stored) ? $stored : array() as $name => $granted) {
        $has[$name] = (bool) $granted;
    }
    $has = array_keys(array_filter($has));
    $powers = array_intersect(sr_wp_powers(), array_map('strval', $has));
    $powers = $network ? array_diff($powers, sr_wp_network_powers()) : $powers;
    return array($names, array_values($powers));
}
