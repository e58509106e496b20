<?php
// Who may administer a WordPress.

const SR_WP_MOST_ACCOUNTS = 5000;

function sr_wp_accounts(SrDb $db, array $site, array $blogs, SrAnswer $out)
{
    $held = sr_wp_all_held($db, $site, $blogs, $out);
    $super = sr_wp_super_administrators($db, $site);
    $users = sr_wp_users($db, $site, array_keys($held), $super);
    $signs = new SrWpSigns($db, $site, array_keys($users));
    foreach (array('meta', 'wordfence', 'activity_log', 'content') as $kind) {
        sr_guarded('looking for signs of use', array('accounts'), "sr_wp_sign_$kind", array($signs, $held));
    }
    $factor = sr_wp_second_factor($signs, $blogs);
    foreach ($users as $id => $user) {
        $is_super = in_array(strtolower($user['user_login']), $super, true);
        list($roles, $powers) = isset($held[$id]) ? $held[$id] : array(array(), array(), array());
        $out->account(array(
            'login' => $user['user_login'], 'id' => (string) $id, 'name' => (string) $user['display_name'],
            'email' => (string) $user['user_email'],
            'roles' => $is_super ? array_merge(array('super administrator'), $roles) : $roles,
            'powers' => $is_super ? array('all') : array_slice($powers, 0, 64),
            'created' => sr_wp_moment($user['user_registered']),
            'enabled' => empty($user['spam']) && empty($user['deleted']),
            'evidence' => $signs->of($id),
            'second_factor' => $factor === null ? null : isset($factor[$id]),
            'tokens_used' => isset($signs->tokens[$id]) ? $signs->tokens[$id] : null,
        ));
    }
}

/** User number => array(roles, powers, numbers of blogs) of everybody who is more than a reader or a customer. */
function sr_wp_all_held(SrDb $db, array $site, array $blogs, SrAnswer $out)
{
    $held = array();
    foreach ($blogs as $number => $options) {
        $roles = sr_wp_roles($site, $number, $options, $out);
        foreach (sr_wp_holders($db, $site, $number, $roles) as $row) {
            list($names, $powers) = sr_wp_held($row['meta_value'], $roles, $site['network']);
            $id = (int) $row['user_id'];
            $before = isset($held[$id]) ? $held[$id] : array(array(), array(), array());
            if (isset($held[$id]) || count($held) < SR_WP_MOST_ACCOUNTS) {
                $held[$id] = array(array_values(array_unique(array_merge($before[0], $names))),
                    array_values(array_unique(array_merge($before[1], $powers))),
                    array_merge($before[2], array($number)));
            } else {
                $out->gap('accounts', 'too-many', 'more than ' . number_format(SR_WP_MOST_ACCOUNTS)
                    . ' accounts are more than readers or customers; the rest were left out', '', 'too-much');
            }
        }
    }
    return $held;
}

/** Users and what they hold on one blog, without those whose only role is a reader's or a customer's. */
function sr_wp_holders(SrDb $db, array $site, $number, array $roles)
{
    $notable = sr_wp_notable($roles);
    $dull = array('', 'a:0:{}');
    foreach (array_diff(array_map('strval', array_keys($roles)), $notable) as $name) {
        $dull[] = serialize(array($name => true));
    }
    $likes = array();
    foreach ($notable as $name) {
        $likes[] = '%"' . sr_like($name) . '"%';
    }
    // A shop has a million customers: they are ruled out by a plain comparison before any pattern is tried.
    $sql = 'SELECT user_id, meta_value FROM ' . sr_wp_table($site, 'usermeta')
        . ' WHERE meta_key = ? AND meta_value NOT IN (' . sr_marks($dull) . ') AND ('
        . implode(' OR ', array_fill(0, count($likes), 'meta_value LIKE ?'))
        . ') ORDER BY user_id LIMIT ' . (SR_WP_MOST_ACCOUNTS + 1);
    return $db->rows($sql, array_merge(array(sr_wp_prefix($site, $number) . 'capabilities'), $dull, $likes));
}

/** Logins, in lower case, of those who may do everything in a network. */
function sr_wp_super_administrators(SrDb $db, array $site)
{
    if (!$site['network']) {
        return array();
    }
    $set = sr_pick($site['read'], array('variables', 'super_admins'));
    if (!is_array($set)) {
        $options = sr_wp_network_options($db, $site, array('site_admins'));
        $set = sr_unserialize(isset($options['site_admins']) ? $options['site_admins'] : '');
    }
    return array_values(array_map('strtolower', array_filter((array) $set, 'is_string')));
}

/** The rows of these users and of the super administrators, by number. */
function sr_wp_users(SrDb $db, array $site, array $ids, array $logins)
{
    $table = sr_wp_table($site, 'users');
    $columns = 'ID, user_login, user_email, display_name, user_registered';
    $columns .= $site['network'] ? ', spam, deleted' : '';
    $users = array();
    foreach (array('ID' => $ids, 'user_login' => $logins) as $column => $values) {
        foreach (array_chunk($values, 500) as $some) {
            $sql = "SELECT $columns FROM $table WHERE $column IN (" . sr_marks($some) . ')';
            foreach ($db->rows($sql, $some) as $row) {
                $users[(int) $row['ID']] = $row;
            }
        }
    }
    ksort($users);
    return $users;
}
